"""One UDP port that sends each channel to many WebRTC listeners (ICE-lite)."""
