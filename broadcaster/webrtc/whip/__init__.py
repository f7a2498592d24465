"""The parts that all WHIP addresses share (RFC 9725): their sessions, and keys that become void."""
