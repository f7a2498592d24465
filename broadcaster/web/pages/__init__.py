"""How the pages of `listener_web/` are sent: in few files, compressed, and kept by the browser."""
