"""The interpreters a booth can have: translate, converse, transcribe."""
