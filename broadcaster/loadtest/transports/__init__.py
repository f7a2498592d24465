"""How a simulated attendee listens: WebSocket, WHEP, HTTP."""
