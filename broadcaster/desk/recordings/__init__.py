"""The recordings of an event on the desk: switched on, listed, played, downloaded."""
