"""The stage that records: the sound of every channel as files that line up."""
