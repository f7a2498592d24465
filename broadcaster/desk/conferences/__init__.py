"""Conferences on the desk: their records and their part of the API."""
