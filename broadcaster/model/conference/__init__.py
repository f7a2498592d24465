"""Conferences: groups of events with rooms, a time zone and an address of their own."""
