"""Recognises the tokens that requests show, and refuses what other pages make a browser send."""
