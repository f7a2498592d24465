"""WebRTC clients: a publisher for demos, a player for load tests."""
