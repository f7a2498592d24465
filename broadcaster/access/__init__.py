"""Permissions: roles, actions, the table of both, and tokens with a scope."""
