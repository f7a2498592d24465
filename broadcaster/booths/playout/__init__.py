"""What a channel sounds like: catch-up, the floor under or instead of it, Opus by the clock."""
