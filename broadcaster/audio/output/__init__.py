"""Sound that leaves this machine as an encoded stream: Icecast, RTMP, SRT."""
