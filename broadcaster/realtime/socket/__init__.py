"""One WebSocket per Realtime session, driven by its protocol."""
