"""One Matroska file with all channels of a recording, made by a process of its own."""
