"""The messages between a client and the rehearsal server: events, validation, constants."""
