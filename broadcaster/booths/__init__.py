"""Stage 2: one booth per language channel, from floor PCM to interpreted Opus and captions."""
