"""A crowd of listeners from one process, for organizers who want to know before the event."""
