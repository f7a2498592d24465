"""A human interpreter on a channel of a booth: when they are heard, and their captions."""
