"""Which booths an event has, what each is told to do, and what they cost."""
