"""Commands for a machine that interprets without a cloud."""
