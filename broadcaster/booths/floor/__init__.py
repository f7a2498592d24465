"""A booth's view of the floor: one clock, 200 ms blocks, the last minute kept for replays."""
