"""What a channel sounds like: catch-up, floor bed, Opus on the clock of the channel."""
