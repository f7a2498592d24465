"""The page of an event, with answers to what its scripts ask first.

A phone on a slow network waits for every question that its page asks. So the page comes with the
event's information, the newest captions and its own words. Both languages are guessed from what the
browser prefers. A wrong guess costs a question, and a missing answer costs one too.
"""

import asyncio
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from urllib.parse import quote

from aiohttp import web

from broadcaster.edge.answers import captions_answer, info_answer
from broadcaster.edge.rooms.requests import room_of
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.errors import BusUnavailable, UnknownEvent
from broadcaster.model.language import FLOOR
from broadcaster.web.assets import ASKED_EVERY_TIME, assets
from broadcaster.web.errors import Refused
from broadcaster.web.pages.encodings import coding_headers, coding_of, encoded, preferred

NEWEST = 40
"""Captions that come with the page, or with the stream: about three screens of a phone."""
WAIT_S = 1.0
"""The page waits no longer for the room of an event that nobody has opened yet."""
_DOCUMENT = "attendee/attendee.html"
_MOST_LANGUAGES = 10
"""A browser names about four; more are not looked at."""
_LONGEST_TAG = 35
"""Long enough for every language tag in use (RFC 5646 §4.4.1)."""
_WORDS = "i18n/"


class AttendeePage:
    """The handler of one edge process.

    Args:
        rooms: where events and their channels are.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._assets = assets()

    async def send(self, request: web.Request) -> web.Response:
        """The page with the answers that are known in time."""
        languages = preferred(request.headers.get("Accept-Language", ""))
        answers = self._own_words(languages)
        try:
            async with asyncio.timeout(WAIT_S):
                await self._answer(request, languages, answers)
        except (UnknownEvent, BusUnavailable, Refused, TimeoutError):
            pass  # the page asks by itself, and says what is wrong
        coding = coding_of(request)
        body = _encoded(self._assets.documents[_DOCUMENT].with_answers(answers), coding)
        headers = {
            "Cache-Control": f"private, {ASKED_EVERY_TIME}",
            "Content-Type": "text/html; charset=utf-8",
            **coding_headers(coding),
            "Vary": "Accept-Encoding, Accept-Language",
        }
        return web.Response(body=body, headers=headers)

    async def _answer(
        self, request: web.Request, languages: list[str], answers: dict[str, bytes]
    ) -> None:
        """Add the answers about an event, as they become known."""
        room = await room_of(self._rooms, request)
        address = f"/e/{room.event.id}"
        answers[f"{address}/info"] = await info_answer(room)
        asked = [request.query.get(name, "") for name in ("read", "lang")]
        wanted = [*filter(None, asked), *languages]
        channel = best_match(wanted, room.event.channel_ids()) or FLOOR
        hub = room.captions(channel)
        await hub.loaded.wait()
        page = hub.page(hub.before_newest(NEWEST))
        channel_address = f"{address}/poll/{quote(channel)}?newest={NEWEST}"
        answers[channel_address] = captions_answer(room, channel, page)

    def _own_words(self, languages: list[str]) -> dict[str, bytes]:
        """The words of the page by their address."""
        files = self._assets.sources
        names = [path for path in files if path.startswith(_WORDS) and path.endswith(".json")]
        offered = [name.removeprefix(_WORDS).removesuffix(".json") for name in names]
        path = f"{_WORDS}{best_match(languages, offered) or 'en'}.json"
        return {self._assets.address(path): files[path].body}


def best_match(wanted: Iterable[str], offered: Iterable[str]) -> str | None:
    """The offered tag that the page is likely to choose; see `i18n/languages.js`.

    It is the first wanted one that is offered as it is, or less closely described, or more closely.
    """
    by_name = {tag.lower(): tag for tag in offered}
    for tag in islice(wanted, _MOST_LANGUAGES):
        if len(tag) > _LONGEST_TAG:
            continue
        parts = tag.lower().split("-")
        for length in range(len(parts), 0, -1):
            if found := by_name.get("-".join(parts[:length])):
                return found
        for name, offer in by_name.items():
            if parts[0] and name.split("-")[0] == parts[0]:
                return offer
    return None


@lru_cache(maxsize=64)
def _encoded(body: bytes, coding: str) -> bytes:
    """A crowd that joins gets the same page, as long as nobody speaks."""
    return encoded(body, coding)
