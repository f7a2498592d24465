"""Announcements to the audience: made, corrected and withdrawn on the desk, and counted there."""
