"""The answer to a reviewer who asks for more channels than their own."""

from broadcaster.web.errors import Refused


def not_your_channel() -> Refused:
    """The answer to a reviewer whose link is for other channels."""
    return Refused(
        403,
        "not_your_channel",
        "your link is for other channels of this event",
        hint="Ask the organizer for a link to this channel, or to all of them.",
    )
