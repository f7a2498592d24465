"""AES67 streams that come to this machine: their SDP, their announcements, their packets."""
