"""Samples the status of live events, and makes their reports."""
