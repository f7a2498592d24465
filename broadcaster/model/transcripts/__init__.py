"""Choices of transcripts, and the sentence about AI in them."""
