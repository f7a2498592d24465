"""Makes one channel of a stereo input, whatever is wrong with its cable."""
