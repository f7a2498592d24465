"""The technician's side of human interpreters: their messages, and the way back to the AI."""
