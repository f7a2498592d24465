"""`broadcaster report` and `broadcaster rate`: figures of an event, or of a recording."""
