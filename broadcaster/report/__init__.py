"""The report of an event: figures of its channels, computed from what was stored of it."""
