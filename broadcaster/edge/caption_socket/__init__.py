"""Captions by WebSocket for other software, with a token of the organizer."""
