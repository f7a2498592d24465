"""Facts of the wire, counted once."""

SAMPLE_RATE_HZ = 24_000
"""Rate of all PCM on the wire, both ways: s16le, mono."""
INPUT_FRAME_MS = 200
INPUT_FRAME_BYTES = SAMPLE_RATE_HZ * INPUT_FRAME_MS // 1000 * 2
"""The engine's step; shorter appends are buffered to it, longer ones are split."""
OUTPUT_DELTA_BYTES = 2 * INPUT_FRAME_BYTES
"""One output delta holds 400 ms although one is sent per 200 ms of input."""
GRAIN_MS = 20
"""Sessions cut one floor between any of its own 20 ms frames, so sound is compared in these."""
GRAIN_BYTES = SAMPLE_RATE_HZ * GRAIN_MS // 1000 * 2
