"""Has the provider of the booths translate announcements."""
