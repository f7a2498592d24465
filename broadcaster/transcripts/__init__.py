"""Captions as files for readers and players, in one language or two; edge and desk share them."""
