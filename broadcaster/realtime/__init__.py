"""The client side of the Realtime wire protocol: state machine, socket, failures."""
