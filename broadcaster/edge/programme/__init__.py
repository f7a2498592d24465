"""What is on now and next in each room of a conference, for attendees."""
