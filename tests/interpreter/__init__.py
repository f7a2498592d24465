"""Measurements of the local interpreter, each a command of its own."""
