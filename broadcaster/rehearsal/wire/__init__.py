"""What a client and the rehearsal server exchange: events, their validation, constants."""
