"""The form in which the pages of `listener_web/` are sent: few files, compressed."""
