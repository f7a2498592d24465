"""Ogg Opus files (RFC 3533, RFC 7845) that survive a power cut: pages, whenever they are wanted."""
