"""The pages of human interpreters: their commands, and what they are told."""
