"""The booths stage: floor PCM in, interpreted Opus and captions out; start at `booth.py`."""
