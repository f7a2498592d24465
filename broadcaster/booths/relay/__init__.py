"""Lets a booth hear another channel instead of the floor."""
