"""The newest caption of a channel as a data source, which vMix and other mixers read now and then.

vMix's Data Sources Manager takes the address of JSON or XML, reads it at an interval, and puts the
columns of its first row into the text fields of a title.
"""

import json
from xml.sax.saxutils import escape

from aiohttp import web

from broadcaster.edge.fanout.caption_hub import CaptionHub
from broadcaster.edge.rooms.ai_words import MADE_BY_AI
from broadcaster.edge.rooms.requests import FROM_ANYWHERE, channel_of, loaded
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Clock
from broadcaster.web.client_limits import limits_of
from broadcaster.web.clients import client_of

CLEAR_AFTER_MS = 8_000
"""A text without a new word for this long is not shown any more."""
LINES = 2
_HEADERS = {"Cache-Control": "no-store", **FROM_ANYWHERE, **MADE_BY_AI}


class DataSourceRoutes:
    """The handler of data sources.

    Args:
        rooms: where events and their channels are.
        clock: the time.
    """

    def __init__(self, rooms: Rooms, clock: Clock) -> None:
        self._rooms = rooms
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """The address of the newest caption, as JSON and as XML."""
        return [web.get("/e/{event}/newest/{channel}.{data_type:json|xml}", self.newest)]

    async def newest(self, request: web.Request) -> web.Response:
        """One row with the newest caption: its text, each line of it, and its speaker."""
        limits_of(request).count_poll(client_of(request))
        room, channel = await channel_of(self._rooms, request)
        hub = room.captions(channel)
        await loaded(hub)
        row = _row(self._newest(hub))
        if request.match_info["data_type"] == "json":
            body = json.dumps([row], ensure_ascii=False)
            return web.Response(text=body, content_type="application/json", headers=_HEADERS)
        columns = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in row.items())
        body = (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            f"<captions><caption>{columns}</caption></captions>\n"
        )
        return web.Response(text=body, content_type="application/xml", headers=_HEADERS)

    def _newest(self, hub: CaptionHub) -> Caption | None:
        page = hub.page(hub.before_newest(1))
        if not page.captions or page.after is None:
            return None
        written_ms, _ = page.after
        if self._clock.now_ms() - written_ms > CLEAR_AFTER_MS:
            return None
        return Caption.from_json(page.captions[-1])


def _row(caption: Caption | None) -> dict[str, str]:
    text, speaker = (caption.text, caption.speaker) if caption is not None else ("", "")
    lines = [*text.split("\n"), *([""] * LINES)][:LINES]
    return {
        "text": text.replace("\n", " "),
        **{f"line{number}": line for number, line in enumerate(lines, 1)},
        **({"speaker": speaker} if speaker else {}),
    }
