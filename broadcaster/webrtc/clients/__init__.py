"""WebRTC clients: a publisher for `broadcaster publish`, a player for load tests."""
