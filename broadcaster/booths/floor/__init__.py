"""How a booth hears the floor: one clock, 200 ms blocks, the last minute kept for replays."""
