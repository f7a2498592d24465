"""`broadcaster events`: the organizer's events from the command line, by the desk's API."""
