"""Announcements of the organizer to the audience, and how many phones have shown them."""
