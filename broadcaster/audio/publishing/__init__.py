"""Puts sound on the bus for booths."""
