"""The programme of a conference for attendees: each room with its talks of now and next."""
