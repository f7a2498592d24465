"""AES67 streams that leave this machine: RTP packets, SDP, announcements."""
