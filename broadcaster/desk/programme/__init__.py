"""Imports programmes: reads files, compares them with events, applies the changes."""
