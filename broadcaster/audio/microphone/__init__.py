"""Finds out what is wrong with a microphone, from one second of sound after the other."""
