"""Chinese and Japanese text as sounds, for the natural voice."""
