"""Hours of listening and reading on the attendee page, mostly faster than they pass."""
