"""Channels that are interpreted from another channel instead of the floor."""
