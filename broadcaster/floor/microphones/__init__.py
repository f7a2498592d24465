"""Several microphones of one floor, each with a name, mixed by gain sharing."""
