"""Translation and speech of what was heard."""
