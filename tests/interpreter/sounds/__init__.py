"""Sounds without words, which numpy makes, and speech with such sounds around it."""
