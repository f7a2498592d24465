"""The organizer's desk: event records, links, and what is measured now."""
