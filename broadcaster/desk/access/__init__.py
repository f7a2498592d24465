"""Tokens and sign-in on the desk: created, listed, revoked."""
