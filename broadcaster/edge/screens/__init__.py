"""Pages for the screens of a hall and for the stage monitor, and the stream that sets them."""
