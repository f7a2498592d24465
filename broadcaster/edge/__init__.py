"""Stage 3: attendees' pages, audio and captions; any number of edge processes."""
