"""Raises alarms about what a technician must know at once, and clears them."""
