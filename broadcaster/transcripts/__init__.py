"""A channel's captions as files for readers and players; the edge and the desk give them out."""
