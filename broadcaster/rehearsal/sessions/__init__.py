"""The sessions of the three endpoints, from handshake to end."""
