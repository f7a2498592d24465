"""Jobs of events that records describe, each done by one process of all."""
