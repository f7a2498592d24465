"""Formats of AV networks: AES67 streams, their SDP, their announcements."""
