"""How languages are written: scripts, words, sentences, display width and line breaks."""
