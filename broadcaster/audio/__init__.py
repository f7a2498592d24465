"""Sound: levels, mixing, loudness, time-stretch, Opus, Ogg and MP3; the home of `av`."""
