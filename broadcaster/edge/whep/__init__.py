"""Audio over WebRTC (WHEP)."""
