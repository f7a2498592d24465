"""CART captions of a Microsoft Teams meeting: one POST for each line.

Microsoft's “Meeting apps API references”, section “Send real-time captions API”
(https://learn.microsoft.com/microsoftteams/platform/apps-in-teams-meetings/meeting-apps-apis) has
the rules:

- the address is the CART URL as the organizer of the meeting copies it;
- the body is the text alone, plain text in UTF-8, and becomes a new line of captions; it should
  have 80 to 120 characters;
- 401 means that the token is wrong or has expired, and 404 that the meeting or its captions have
  not started.

Teams does not count texts. When nobody knows whether one has arrived, it is sent again: a line that
comes twice is better than one that is missing.
"""

import aiohttp
from yarl import URL

from broadcaster.outputs.wires.http_posts import ask
from broadcaster.outputs.wires.wire import Parcel, WireTarget

_MEETING_NOT_STARTED = 404


class TeamsWire:
    """Sends to one meeting.

    Args:
        http: the client.
        target: its address is the CART URL.
    """

    def __init__(self, http: aiohttp.ClientSession, target: WireTarget) -> None:
        self._http = http
        self._url = URL(target.address, encoded=True)

    async def send_text(self, parcel: Parcel) -> None:
        """See `Wire.send_text`."""
        line = parcel.text.replace("\n", " ").encode()
        await ask(self._http, "POST", self._url, data=line, not_started=_MEETING_NOT_STARTED)

    async def last_number(self) -> int | None:
        """See `Wire.last_number`: Teams does not count."""
        return None

    async def close(self) -> None:
        """See `Wire.close`; the client is shared."""
