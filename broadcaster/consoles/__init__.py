"""The stage of human interpreters: their commands, their sound, and what they are told."""
