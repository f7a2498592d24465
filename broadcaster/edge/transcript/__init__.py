"""A channel's past captions: found by their words, and downloaded as a file."""
