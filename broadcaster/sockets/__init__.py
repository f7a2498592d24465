"""Sockets of thousands of listeners: accepted, encrypted, and written to in one go."""
