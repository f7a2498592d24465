"""The rules of written languages: scripts, words, sentences, display width and line breaks."""
