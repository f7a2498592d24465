"""WebRTC: offers and answers, inbound sound; the only home of `aiortc`."""
