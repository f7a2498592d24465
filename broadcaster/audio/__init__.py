"""Sound: levels, mixing, loudness, time-stretch, Opus, Ogg and MP3. Only this folder uses `av`."""
