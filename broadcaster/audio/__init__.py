"""PCM, levels, resampling and Opus; the only home of `av`."""
