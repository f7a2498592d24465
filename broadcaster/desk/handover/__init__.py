"""Tells other software what happens to an event, and hands the transcript over at its end."""
