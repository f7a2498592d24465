"""A rehearsal of an event: a hidden copy is broadcast for half a minute, and listened to."""
