"""Screens in the hall: how each is set by the desk, and which ones are open."""
