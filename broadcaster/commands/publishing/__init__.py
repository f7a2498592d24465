"""`broadcaster publish`: a file, a sound device or a stream of an AV rack as an event's floor."""
