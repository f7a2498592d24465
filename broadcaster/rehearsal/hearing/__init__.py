"""Speech recognition of the prepared talk, in separate processes."""
