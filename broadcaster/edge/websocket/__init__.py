"""Audio over WebSocket."""
