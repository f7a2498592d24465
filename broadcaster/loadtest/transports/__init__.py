"""The transports of a simulated listener: WebSocket, WHEP, HTTP."""
