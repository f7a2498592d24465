"""The stage for attendees: their pages, sound and captions, from any number of edge processes."""
