"""One ICE-lite UDP port that sends channels to many WebRTC listeners."""
