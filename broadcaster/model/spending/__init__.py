"""The money that an event has spent on its interpreters."""
