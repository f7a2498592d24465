"""The log of an event: what was done or happened, and by whom, kept with the event."""
