"""Reads a stream as texts to deliver: captions as lines, or happenings and captions as messages."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.happening import Happened
from broadcaster.model.outputs.output import CaptionOutput
from broadcaster.model.outputs.progress import TEST
from broadcaster.model.ports import Entry

TOO_LATE_S = 120.0
"""A caption that was spoken longer ago would confuse its readers."""
DAY_S = 24 * 3600.0

LiveAt = Callable[[], int]
"""Returns position 0 of the event clock as Unix time in milliseconds."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A text to deliver.

    Attributes:
        id: of its entry in the stream, or `TEST`.
        message_id: the same whenever it is delivered; no other letter has it.
        what: the kind of thing it tells.
        text: the text itself.
        at_ms: Unix time at which it was said, or happened.
    """

    id: str
    message_id: str
    what: str
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class RetryLimits:
    """The end of trying again.

    Attributes:
        give_up_after_s: age at which a letter is given up.
        longest_pause_s: between two attempts.
        rejections: attempts after which a letter is given up that the other side rejects.
        keeps_dead: whether letters that were given up can be sent again.
    """

    give_up_after_s: float
    longest_pause_s: float
    rejections: int
    keeps_dead: bool


OF_CAPTIONS = RetryLimits(TOO_LATE_S, 10.0, 1_000_000, keeps_dead=False)
OF_MESSAGES = RetryLimits(DAY_S, 60.0, 8, keeps_dead=True)


class Letters(Protocol):
    """A stream of the bus, as letters."""

    stream: str
    limits: RetryLimits

    def letter_of(self, entry: Entry) -> Letter | None:
        """The letter of an entry; None for one that is not sent."""

    def test_letter(self, text: str, test_id: str, now_ms: int) -> Letter:
        """A letter with a test line."""


class CaptionLines:
    """The finished captions of a channel, as lines.

    A caption that was sent once is never taken back: none of the protocols could do it.

    Args:
        output: names the channel.
        live_at_ms: of the event.
    """

    limits = OF_CAPTIONS

    def __init__(self, output: CaptionOutput, live_at_ms: LiveAt) -> None:
        self.stream = keys.captions(output.event, output.channel)
        self._live_at_ms = live_at_ms

    def letter_of(self, entry: Entry) -> Letter | None:
        """See `Letters.letter_of`."""
        caption = finished_caption(entry)
        if caption is None or caption.revision or not caption.text.strip():
            return None
        at_ms = self._live_at_ms() + caption.start_ms
        return Letter(entry.id, entry.id, "caption", caption.text, at_ms)

    def test_letter(self, text: str, test_id: str, now_ms: int) -> Letter:
        """See `Letters.test_letter`."""
        return Letter(TEST, test_id, "test", text, now_ms)


class CaptionMessages:
    """The finished captions of a channel and their revisions, as messages for other software.

    Args:
        output: names the channel.
        live_at_ms: of the event.
    """

    limits = OF_MESSAGES

    def __init__(self, output: CaptionOutput, live_at_ms: LiveAt) -> None:
        self.stream = keys.captions(output.event, output.channel)
        self._event = output.event
        self._live_at_ms = live_at_ms

    def letter_of(self, entry: Entry) -> Letter | None:
        """See `Letters.letter_of`."""
        caption = finished_caption(entry)
        if caption is None:
            return None
        what = "caption.revised" if caption.revision else "caption.finished"
        at_ms = self._live_at_ms() + caption.start_ms
        data = {"event": self._event, **caption.as_dict()}
        message_id = f"{self._event}.{caption.id}.{caption.revision}"
        return Letter(entry.id, message_id, what, message(what, at_ms, data), at_ms)

    def test_letter(self, text: str, test_id: str, now_ms: int) -> Letter:
        """See `Letters.test_letter`."""
        return _test_message(self._event, text, test_id, now_ms)


class HappeningMessages:
    """The news of an event, as messages for other software.

    Args:
        output: names the event.
    """

    limits = OF_MESSAGES

    def __init__(self, output: CaptionOutput) -> None:
        self.stream = output_keys.happenings(output.event)
        self._event = output.event

    def letter_of(self, entry: Entry) -> Letter | None:
        """See `Letters.letter_of`."""
        try:
            happened = Happened.from_json(entry.payload)
        except ValueError:
            return None
        text = message(happened.what, happened.at_ms, {"event": self._event, **happened.data})
        return Letter(entry.id, happened.id, happened.what, text, happened.at_ms)

    def test_letter(self, text: str, test_id: str, now_ms: int) -> Letter:
        """See `Letters.test_letter`."""
        return _test_message(self._event, text, test_id, now_ms)


def finished_caption(entry: Entry) -> Caption | None:
    """The caption in an entry; None for one that still grows, or that nobody can read."""
    try:
        caption = Caption.from_json(entry.payload)
    except (ValueError, TypeError):
        return None  # the edge reports it
    return caption if caption.final else None


def message(what: str, at_ms: int, data: dict[str, Any]) -> str:
    """A message in the form that Standard Webhooks recommends."""
    time = datetime.fromtimestamp(at_ms / 1_000, UTC).isoformat(timespec="milliseconds")
    body = {"type": what, "timestamp": time.replace("+00:00", "Z"), "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _test_message(event_id: str, text: str, test_id: str, now_ms: int) -> Letter:
    body = message("test", now_ms, {"event": event_id, "text": text})
    return Letter(TEST, f"test.{test_id}", "test", body, now_ms)
