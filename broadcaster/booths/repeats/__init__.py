"""Leaves out what listeners have read and heard already when a session hears the floor again."""
