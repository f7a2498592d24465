"""Sends the transcript of a closed event to a service of the organizer that summarises it."""
