"""Lets two services interpret the same talk for the desk alone, and measures both."""
