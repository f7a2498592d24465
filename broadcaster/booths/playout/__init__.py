"""The sound of a channel: catch-up, the floor under or instead of the voice, Opus by the clock."""
