"""Recognition of free speech in about a hundred languages, and its translation into English."""
