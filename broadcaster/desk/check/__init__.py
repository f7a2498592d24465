"""The sound check of an event: engines, store, disk, address, certificate, microphone."""
