"""The page of an event, with answers to what its scripts ask first.

A phone on a slow network waits for every question that its page asks. So the page comes with the
event's information, the newest captions and its own words. Both languages are guessed from what the
browser prefers. A wrong guess costs a question, and a missing answer costs one too.
"""

import asyncio
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from urllib.parse import quote

from aiohttp import web

from broadcaster.edge.answers import captions_answer, info_answer
from broadcaster.edge.rendered_pages import PageBasis, PageVariant, RenderedPages
from broadcaster.edge.rooms.requests import room_of
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.errors import BusUnavailable, UnknownEvent
from broadcaster.model.language import FLOOR, direction_of
from broadcaster.web.assets import ASKED_EVERY_TIME, assets
from broadcaster.web.errors import Refused
from broadcaster.web.pages.documents import Document
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
_WORDS_FILE = re.compile(r"i18n/[^/]+\.json")


class AttendeePage:
    """The handler of one edge process.

    Args:
        rooms: where events and their channels are.
        provider: the name of the service that interprets, or empty.
    """

    def __init__(self, rooms: Rooms, provider: str) -> None:
        self._rooms = rooms
        self._provider = provider
        self._assets = assets()
        self._assets.prepare_page(_DOCUMENT)
        self._words = {
            path.removeprefix(_WORDS).removesuffix(".json"): path
            for path in self._assets.sources
            if _WORDS_FILE.fullmatch(path)
        }
        """Paths of the page's own words by their language."""
        self._directions = {tag: direction_of(tag) for tag in self._words}
        self._localised: dict[str, Document] = {}
        """The page in the languages that were asked for, by the path of its words."""
        self._pages = RenderedPages()

    async def send(self, request: web.Request) -> web.Response:
        """The page with the answers that are known in time."""
        languages = preferred(request.headers.get("Accept-Language", ""))
        words = self._words[best_match(languages, self._words) or "en"]
        coding = coding_of(request)
        answers: dict[str, bytes] = {}
        body = None
        try:
            async with asyncio.timeout(WAIT_S):
                body = await self._body(request, languages, words, answers)
        except (UnknownEvent, BusUnavailable, Refused, TimeoutError):
            pass  # the page asks by itself, and says what is wrong
        if body is None:
            body = _encoded_once(self._with_answers(self._document(words), words, answers), coding)
        headers = {
            "Cache-Control": f"private, {ASKED_EVERY_TIME}",
            "Content-Type": "text/html; charset=utf-8",
            **coding_headers(coding),
            "Vary": "Accept-Encoding, Accept-Language",
        }
        return web.Response(body=body, headers=headers)

    async def _body(
        self, request: web.Request, languages: list[str], words: str, answers: dict[str, bytes]
    ) -> bytes:
        """The body of a page with the answers about an event.

        Args:
            request: for the page.
            languages: of its browser, the most wanted first.
            words: path of the page's own words.
            answers: gets the answers as they become known.
        """
        room = await room_of(self._rooms, request)
        asked = [request.query.get(name, "") for name in ("read", "lang")]
        wanted = [*filter(None, asked), *languages]
        channel = best_match(wanted, room.event.channel_ids()) or FLOOR
        hub = room.captions(channel)
        variant = PageVariant(room.event.id, words, channel, coding_of(request))
        before = PageBasis(room.event, room.floor_language, room.state(channel), hub.edition)
        if hub.loaded.is_set() and (kept := self._pages.find(variant, before)) is not None:
            return kept
        address = f"/e/{room.event.id}"
        answers[f"{address}/info"] = await info_answer(room, self._provider)
        await hub.loaded.wait()
        # Nothing waits from here on, so that the captions and the state are of one moment.
        basis = PageBasis(room.event, room.floor_language, room.state(channel), hub.edition)
        page = hub.page(hub.before_newest(NEWEST))
        channel_address = f"{address}/poll/{quote(channel)}?newest={NEWEST}"
        answers[channel_address] = captions_answer(room, channel, page)
        document = self._document(words).of_event(room.event.title)
        body = encoded(self._with_answers(document, words, answers), variant.coding)
        if (basis.event, basis.spoken) == (before.event, before.spoken):  # the info is still true
            self._pages.put(variant, basis, body)
        return body

    def _with_answers(self, document: Document, words: str, answers: dict[str, bytes]) -> bytes:
        """A page with its own words and with answers about the event."""
        own = {self._assets.address(words): self._assets.sources[words].body}
        return document.with_answers({**own, **answers})

    def _document(self, words: str) -> Document:
        """The page in the language of its words."""
        if words not in self._localised:
            tag = words.removeprefix(_WORDS).removesuffix(".json")
            said = json.loads(self._assets.sources[words].body)
            document = self._assets.documents[_DOCUMENT]
            self._localised[words] = document.localised(tag, self._directions[tag], said)
        return self._localised[words]


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
def _encoded_once(body: bytes, coding: str) -> bytes:
    """A page that knows nothing of its event; a crowd that comes too early gets the same one."""
    return encoded(body, coding)
