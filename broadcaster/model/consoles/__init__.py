"""The state of a channel's human interpreters, as records on the bus."""
