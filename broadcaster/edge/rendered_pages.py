"""The newest attendee pages, ready to be sent.

A hall that scans a code at the same moment gets one page. It is made and compressed once for each
language, and again when something in it has changed: while somebody speaks, at most every 300 ms.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

from broadcaster.edge.fanout.caption_history import Position
from broadcaster.edge.rooms.event_room import State
from broadcaster.model.event import Event

MOST_PAGES = 64
"""More are not kept; the one that was not asked for the longest goes first."""


class PageVariant(NamedTuple):
    """The choices of a browser that decide which page it gets.

    Attributes:
        event: its id.
        words: path of the page's own words.
        channel: whose captions come with the page.
        coding: content coding.
    """

    event: str
    words: str
    channel: str
    coding: str


@dataclass(frozen=True, slots=True)
class PageBasis:
    """All that a page of a variant tells: equal ones make equal pages.

    Attributes:
        event: the event.
        spoken: the language of the floor; empty while that is unknown.
        state: of the channel, see `EventRoom.state`.
        edition: of the captions, see `CaptionHub.edition`.
    """

    event: Event
    spoken: str
    state: State
    edition: tuple[Position | None, int]


class RenderedPages:
    """Keeps the newest page of each variant, `MOST_PAGES` of them."""

    def __init__(self) -> None:
        self._pages: OrderedDict[PageVariant, tuple[PageBasis, bytes]] = OrderedDict()

    def find(self, variant: PageVariant, basis: PageBasis) -> bytes | None:
        """The body that was put for an equal basis, if it is the newest one of its variant."""
        kept = self._pages.get(variant)
        if kept is None or kept[0] != basis:
            return None
        self._pages.move_to_end(variant)
        return kept[1]

    def put(self, variant: PageVariant, basis: PageBasis, body: bytes) -> None:
        """Keep a page."""
        self._pages[variant] = basis, body
        self._pages.move_to_end(variant)
        if len(self._pages) > MOST_PAGES:
            self._pages.popitem(last=False)
