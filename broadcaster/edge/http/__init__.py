"""Audio as an endless HTTP response (MP3, Ogg)."""
