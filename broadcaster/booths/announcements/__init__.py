"""Announcements in the booths: translated, read aloud by the provider, spoken on channels."""
