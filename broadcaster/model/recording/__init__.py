"""The sound of an event that is kept: whether it is wanted, its parts, and how recording goes."""
