"""Captions of a YouTube live stream: one POST for each text, counted by `seq`.

Google's page “Live Caption Vendor info” (https://support.google.com/youtube/answer/6077032) has the
rules:

- the body is a line with the time in UTC, `2012-12-24T00:00:06.873`, and a line with the text,
  plain text in UTF-8; a line break in the text is `<br>`;
- every POST has `seq`, which grows by one with each new text and stays the same for a retry.

YouTube cannot be asked for the last `seq`, so a text that is sent again keeps its number and its
time, and YouTube recognises it.
"""

from datetime import UTC, datetime

import aiohttp

from broadcaster.outputs.wires.http_posts import ask, with_query
from broadcaster.outputs.wires.wire import Parcel, WireTarget


class YouTubeWire:
    """Sends to one live stream.

    Args:
        http: the client.
        target: its address is the caption ingestion URL of the stream.
    """

    def __init__(self, http: aiohttp.ClientSession, target: WireTarget) -> None:
        self._http = http
        self._address = target.address

    async def send_text(self, parcel: Parcel) -> None:
        """See `Wire.send_text`."""
        spoken = datetime.fromtimestamp(parcel.spoken_at_ms / 1_000, UTC)
        time = spoken.replace(tzinfo=None).isoformat(timespec="milliseconds")
        text = parcel.text.replace("\n", "<br>")
        body = f"{time}\n{text}\n"
        await ask(
            self._http, "POST", with_query(self._address, seq=parcel.number), data=body.encode()
        )

    async def last_number(self) -> int | None:
        """See `Wire.last_number`: YouTube does not tell."""
        return None

    async def close(self) -> None:
        """See `Wire.close`; the client is shared."""
