"""One channel's captions for all its readers in this process."""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from broadcaster.edge.fanout.caption_history import CaptionHistory, Position
from broadcaster.edge.fanout.caption_messages import (
    COMMENT,
    caption_message,
    captions_in,
    goodbye_message,
    parse_id,
    revision_message,
)
from broadcaster.edge.fanout.caption_reader import CaptionReader
from broadcaster.edge.fanout.framing import framed
from broadcaster.edge.fanout.held_captions import HeldCaptions
from broadcaster.edge.fanout.outlet import Goodbye
from broadcaster.edge.fanout.polling_readers import PollingReaders
from broadcaster.errors import BusUnavailable
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus, Clock, Entry
from broadcaster.sockets.fan_out import FanOut
from broadcaster.sockets.transport import SocketTransport
from broadcaster.sockets.uring import Ring
from broadcaster.system.tasks import first_of, in_turns

log = logging.getLogger("broadcaster.edge")

RETRY_S = 1.0
KEEPALIVE_S = 15.0
_PAGE = 1_000
_LOADED_AT_ONCE = 100
"""Captions that are loaded in one turn of the event loop."""
_BEGIN: Position = (0, 0)
"""Before every caption."""


@dataclass(frozen=True, slots=True)
class CaptionPage:
    """Some captions for a reader that polls.

    Attributes:
        captions: each as JSON, the oldest first.
        before: the position of the first of them; None when there are no earlier ones.
        after: the position to ask for next time; None while there was no caption.
        more: whether there are more already.
    """

    captions: list[bytes]
    before: Position | None
    after: Position | None
    more: bool


class CaptionHub:
    """Follows one caption stream and writes it to readers, without gap or repeat.

    Args:
        bus: where the stream is.
        stream: its name.
        clock: the time.
        ring: writes to many sockets at once; None writes to one after the other.
        hold_back_s: for how many seconds captions are held back for a reviewer.
    """

    def __init__(
        self, bus: Bus, stream: str, clock: Clock, ring: Ring | None, hold_back_s: int = 0
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._clock = clock
        self._history = CaptionHistory()
        self._held = HeldCaptions(clock, hold_back_s)
        self._last_id = ""
        self._newest = Caption("", "", 0, 0, "", final=True)
        self._readers: dict[bool, FanOut[CaptionReader]] = {
            chunked: FanOut(ring) for chunked in (False, True)
        }
        self._behind: set[CaptionReader] = set()
        self._polling = PollingReaders(clock)
        self._writing = asyncio.Lock()
        self._state = b""
        self._state_changed = asyncio.Event()
        self.loaded = asyncio.Event()
        """Set when all captions so far are in memory."""
        self.cut_readers = 0
        """Readers disconnected because they could not follow."""

    def __len__(self) -> int:
        return self.streams + len(self._polling)

    @property
    def streams(self) -> int:
        """Readers of the stream, without those that poll."""
        return sum(len(readers) for readers in self._readers.values()) + len(self._behind)

    def add(
        self,
        transport: SocketTransport,
        after: Position | None,
        *,
        past: bool,
        resumes: bool = False,
        chunked: bool = True,
    ) -> CaptionReader:
        """Start writing to a reader.

        Args:
            transport: its connection; a response has been started on it.
            after: the last id it has seen.
            past: whether it gets the captions it has not seen, or only new ones.
            resumes: whether it has seen that id itself, and so captions that were revised later.
            chunked: whether the body is chunked.
        """
        since = after if resumes else self._history.last
        reader = CaptionReader(
            transport, after, since, self._write_past, self._count_cut, chunked=chunked
        )
        reader.state = self._state
        if past and resumes:
            for message in self._history.again(after):
                reader.write(message)
        if past:
            self._behind.add(reader)
            transport.observer = reader
            if not transport.get_write_buffer_size():
                self._write_past(reader)
        else:
            self._readers[chunked].add(reader)
        return reader

    def poll(self, after: Position | None, *, past: bool, resumes: bool = False) -> CaptionPage:
        """The answer to a reader that polls; it is counted.

        Args:
            after: the last id it has seen.
            past: whether it gets the captions it has not seen, or only learns where the newest is.
            resumes: see `add`.
        """
        page = self.page(after, past=past, resumes=resumes)
        if not page.more:  # otherwise it asks again at once
            self._polling.count()
        return page

    def page(
        self, after: Position | None, *, past: bool = True, resumes: bool = False
    ) -> CaptionPage:
        """The answer to `poll` for a reader that may never ask again; it is not counted."""
        since = after if resumes else self._history.last
        messages, last = self._history.messages(after, since) if past else ([], self._history.last)
        if resumes:
            messages = self._history.again(after) + messages
        last = last or after
        newest = self._history.last
        more = newest is not None and last is not None and last < newest
        before = self._history.first_after(after) if messages else None
        return CaptionPage(captions_in(messages), before, last, more)

    def before_newest(self, count: int) -> Position | None:
        """The position after which the newest `count` captions come; None to get all of them."""
        return self._history.before_newest(count)

    def earlier(self, before: Position | None, limit: int) -> tuple[list[bytes], Position | None]:
        """Captions as JSON for a reader that looks back; see `CaptionHistory.earlier`."""
        messages, position = self._history.earlier(before, limit)
        return captions_in(messages), position

    def messages(self) -> list[bytes]:
        """The newest version of each caption so far, as readers of the stream get it."""
        return self._history.everything()

    def hold_back(self, seconds: int) -> None:
        """Hold captions back for this long from now on, also those that wait."""
        self._held.seconds = seconds

    @property
    def edition(self) -> tuple[Position | None, int]:
        """Something else after each version and each revision."""
        return self._history.last, self._history.revised

    @property
    def newest(self) -> str:
        """Text of the newest caption."""
        return self._newest.text

    @property
    def last(self) -> Position | None:
        """The position of the newest version or revision; None before the first caption."""
        return self._history.last

    def remove(self, reader: CaptionReader) -> None:
        """Stop writing to a reader."""
        self._behind.discard(reader)
        self._readers[reader.chunked].remove(reader)

    def tell_state(self, message: bytes) -> None:
        """Write a `state_message` to every reader soon; a newer one replaces it."""
        self._state = message
        self._state_changed.set()

    def goodbyes(self) -> list[Goodbye]:
        """A goodbye for each reader."""
        return [partial(self._say_goodbye, reader) for reader in self._all_readers()]

    def cut(self) -> None:
        """Disconnect every reader; their pages connect again and resume by id."""
        for reader in self._all_readers():
            reader.transport.abort()

    async def run(self) -> None:
        """Follow the stream until cancelled."""
        while not self.loaded.is_set():
            try:
                await self._load()
            except BusUnavailable as unavailable:
                log.warning("captions wait for the bus: %s", unavailable.message)
                await self._clock.sleep(RETRY_S)
        await first_of(
            self._follow(),
            self._release(),
            self._write_states(),
            self._keep_open(),
            name=f"captions:{self._stream}",
        )

    def _all_readers(self) -> list[CaptionReader]:
        following = [reader for each in self._readers.values() for reader in each.members()]
        return [*self._behind, *following]

    async def _say_goodbye(self, reader: CaptionReader) -> None:
        # While a caption is being written some readers that follow have it, and some do not.
        async with self._writing:
            if not reader.transport.is_closing():
                behind = reader in self._behind
                reader.end(goodbye_message(reader.position if behind else self._history.last))

    def _count_cut(self) -> None:
        self.cut_readers += 1

    def _write_past(self, reader: CaptionReader) -> None:
        """Write past captions to a reader as fast as it reads, then let it follow the new ones."""
        while not (reader.transport.is_closing() or reader.transport.get_write_buffer_size()):
            page = self._history.page(reader.position, reader.since)
            if page is None:
                if not self._is_ahead(reader):
                    self._let_follow(reader)
                return
            message, reader.position = page
            reader.write(message)

    def _is_ahead(self, reader: CaptionReader) -> bool:
        """Whether a reader comes from another process, with a caption that is not here yet."""
        return (reader.position or _BEGIN) > (self._history.last or _BEGIN)

    def _let_follow(self, reader: CaptionReader) -> None:
        self._behind.discard(reader)
        if reader.state is not self._state:
            reader.write(self._state)
        self._readers[reader.chunked].add(reader)

    def _cut_stalled(self) -> None:
        """Disconnect readers that have taken no past captions since the last check.

        A reader that is still ahead has an id of a stream that was lost. It follows from now on.
        """
        for reader in list(self._behind):
            if reader.checked_at == reader.position:
                if self._is_ahead(reader):
                    self._let_follow(reader)
                else:
                    reader.cut()
            reader.checked_at = reader.position

    async def _follow(self) -> None:
        async for entry in self._bus.follow(self._stream, self._last_id):
            self._last_id = entry.id
            caption = self._read(entry)
            if caption is None or self._held.takes(entry, caption, self._clock.now_ms()):
                continue
            # A caption is either in the history that a new reader gets, or written to it.
            async with self._writing:
                if message := self._remember(entry, caption):
                    await self._send_to_all(message)
                self._look_for_those_ahead()

    async def _release(self) -> None:
        """Let captions go that were held back, those that were revised with their revision."""
        while True:
            held = await self._held.next_due()
            async with self._writing:
                message = self._remember(held.entry, held.caption)
                revision = self._read(held.revision) if held.revision is not None else None
                if held.revision is not None and revision is not None:
                    message = self._remember(held.revision, revision)
                if message:
                    await self._send_to_all(message)
                self._look_for_those_ahead()

    def _look_for_those_ahead(self) -> None:
        """Let readers follow that were ahead of this process until now."""
        for reader in list(self._behind):
            self._write_past(reader)

    async def _write_states(self) -> None:
        while True:
            await self._state_changed.wait()
            self._state_changed.clear()
            async with self._writing:
                await self._send_to_all(self._state)

    async def _keep_open(self) -> None:
        while True:
            await self._clock.sleep(KEEPALIVE_S)
            self._cut_stalled()
            async with self._writing:
                await self._send_to_all(self._state or COMMENT)

    async def _send_to_all(self, message: bytes) -> None:
        # A reader that joins while this waits has the message from the history already.
        present = {chunked: readers.present() for chunked, readers in self._readers.items()}
        for chunked, readers in self._readers.items():
            if present[chunked]:
                await readers.send_to_all(framed(message, chunked=chunked), present[chunked])

    async def _load(self) -> None:
        while entries := await self._bus.read(self._stream, self._last_id, _PAGE):
            async for entry in in_turns(entries, _LOADED_AT_ONCE):  # others are listening already
                self._last_id = entry.id
                caption = self._read(entry)
                if caption is not None and not self._held.takes(
                    entry, caption, _position_of(entry)[0]
                ):
                    self._remember(entry, caption)
        self.loaded.set()

    def _read(self, entry: Entry) -> Caption | None:
        """The caption of an entry; None if it is something else."""
        try:
            return Caption.from_json(entry.payload)
        except (ValueError, TypeError):
            log.error("an entry of %s is not a caption and is skipped", self._stream)  # noqa: TRY400
            return None

    def _remember(self, entry: Entry, caption: Caption) -> bytes | None:
        """Keep a caption or a revision; returns its message for readers."""
        position = _position_of(entry)
        if caption.revision:
            return self._revise(caption, position, entry.payload)
        if self._history.is_revised(caption.id):
            return None
        message = caption_message(entry)
        self._newest = caption
        self._history.put(caption.id, position, message)
        return message

    def _revise(self, caption: Caption, position: Position, payload: bytes) -> bytes | None:
        """Keep a revision; returns its message for readers that have the caption."""
        if caption.id == self._newest.id:
            self._newest = max(self._newest, caption, key=attrgetter("revision"))
        write = partial(revision_message, payload)
        own = None if len(self._held) else position
        return self._history.revise(caption.id, caption.revision, own, write)


def _position_of(entry: Entry) -> Position:
    position = parse_id(entry.id)
    assert position is not None, "the bus makes the ids"
    return position
