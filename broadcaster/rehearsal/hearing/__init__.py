"""Speech recognition of the prepared talk, in processes of its own."""
