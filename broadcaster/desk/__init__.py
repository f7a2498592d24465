"""The organizer's desk: event records, links, and the status of what runs."""
