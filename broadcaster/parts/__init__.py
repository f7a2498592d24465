"""Builds what would make `app.py` too long: the parts of the desk, and of recordings."""
