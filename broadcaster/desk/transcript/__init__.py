"""The transcripts of an event for the organizer, whatever attendees may keep."""
