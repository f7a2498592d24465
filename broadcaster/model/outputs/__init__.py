"""Caption outputs: where captions go besides our own pages, and how far they have come."""
