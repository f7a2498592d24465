"""The microphones of human interpreters: they arrive by WHIP, and the one on air is published."""
