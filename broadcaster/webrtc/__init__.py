"""WebRTC: offers and answers, inbound sound, outbound sound. Only this folder uses `aiortc`."""
