"""An event's choices about its engines: which one takes over from which, and when."""
