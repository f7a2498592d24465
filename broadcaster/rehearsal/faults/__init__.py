"""Faults that can be injected, and the connection that carries them out."""
