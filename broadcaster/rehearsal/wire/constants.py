"""Rates and sizes of the sound on the wire."""

SAMPLE_RATE_HZ = 24_000
"""Rate of all PCM on the wire, both ways: s16le, mono."""
BYTES_PER_MS = SAMPLE_RATE_HZ * 2 // 1000
INPUT_FRAME_MS = 200
INPUT_FRAME_BYTES = INPUT_FRAME_MS * BYTES_PER_MS
"""The engine's step. Shorter appends are buffered to it, longer ones are split."""
OUTPUT_DELTA_BYTES = 2 * INPUT_FRAME_BYTES
"""One output delta holds 400 ms, although one is sent per 200 ms of input."""
GRAIN_MS = 20
"""Sound of different sessions is compared in grains of this length: the floor's own frames, between
any of which a session may begin."""
GRAIN_BYTES = GRAIN_MS * BYTES_PER_MS
