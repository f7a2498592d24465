"""Sessions of the three endpoints, from the handshake to the end."""
