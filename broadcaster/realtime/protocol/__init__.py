"""The Realtime protocol without I/O: what to send, and what each answer means."""
