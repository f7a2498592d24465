"""The text of a transcriber: settled fragments at once, everything else with its item."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.booths.engines.engine import Done, EndsSoon, EngineOutput, SourceText, TextOutput
from broadcaster.booths.engines.transcribe import Transcribe
from broadcaster.model.audio import ms_to_samples
from broadcaster.realtime.protocol.settings import TranscriptionConfig
from broadcaster.realtime.protocol.transcription import TranscriptionProtocol
from broadcaster.realtime.session_events import InputSegment, InputText, SessionEvent
from broadcaster.realtime.socket.frame_queue import FrameQueue
from broadcaster.realtime.wire import FRAME_BYTES, FRAME_MS
from tests.realtime.peer import StillClock

STARTED = ms_to_samples(60_000)


class Connection:
    """A connection that has sent a minute of sound and gets these events."""

    def __init__(self, events: Sequence[SessionEvent]) -> None:
        protocol = TranscriptionProtocol(TranscriptionConfig(), StillClock())
        self.frames = FrameQueue(protocol)
        self._events = events

    def append(self, pcm: bytes) -> None:
        self.frames.put(pcm)

    async def __aiter__(self) -> AsyncIterator[SessionEvent]:
        for event in self._events:
            yield event


def outputs(*events: SessionEvent) -> list[EngineOutput | EndsSoon]:
    async def collect() -> list[EngineOutput | EndsSoon]:
        engine = Transcribe(Connection(events))  # type: ignore[arg-type]
        engine.push_floor_pcm(STARTED, bytes(FRAME_BYTES))
        return [one async for one in engine.outputs()]

    return asyncio.run(collect())


def texts(*events: SessionEvent) -> list[TextOutput]:
    return [one for one in outputs(*events) if isinstance(one, TextOutput)]


def fragment(text: str, said_ms: tuple[int, int] | None = None, item: str = "a") -> InputText:
    return InputText(text, None, item, said_ms)


def final(text: str, end_ms: int = 4_000, item: str = "a", start_ms: int = 0) -> InputSegment:
    return InputSegment(item, text, (), final=True, start_ms=start_ms, end_ms=end_ms)


def floor(ms: int) -> int:
    return STARTED + ms_to_samples(ms)


def test_provisional_fragments_wait_for_the_text_of_their_item() -> None:
    told = outputs(fragment("Helo"), fragment(" wor"), final("Hello world."))
    assert told[:2] == [SourceText("Helo"), SourceText(" wor")]
    assert told[2] == TextOutput(" Hello world.", None, (floor(0), floor(4_000)))
    assert isinstance(told[3], Done)
    assert told[3].position == floor(4_000)


def test_settled_fragments_are_given_out_at_once_and_once() -> None:
    said = [fragment("Hello", (200, 600)), fragment(" world.", (600, 1_000))]
    assert texts(*said, final("Hello world.")) == [
        TextOutput(" Hello", floor(1_100), (floor(200), floor(600))),
        TextOutput(" world.", floor(1_500), (floor(600), floor(1_000))),
    ]


def test_the_text_after_the_settled_fragments_is_not_lost() -> None:
    [first, rest] = texts(fragment("Hello", (200, 600)), final("Hello, dear friends."))
    assert first.text + rest.text == " Hello, dear friends."
    assert rest.span == (floor(600), floor(4_000))


def test_an_item_with_a_provisional_fragment_is_given_out_in_its_order() -> None:
    said = [fragment("One", (0, 200)), fragment(" too"), fragment(" three", (400, 600))]
    assert "".join(one.text for one in texts(*said, final("One two three"))) == " One two three"


def test_the_next_item_may_begin_before_the_last_one_is_complete() -> None:
    told = texts(
        fragment("One two", (0, 3_900)),
        fragment("three.", (4_100, 4_500), "b"),
        final("One two"),
        final("three.", 5_000, "b", 4_000),
    )
    assert [one.text for one in told] == [" One two", " three."]


@pytest.mark.parametrize("text", ["", "Hello"])
def test_a_final_text_that_takes_words_back_shows_nothing_twice(text: str) -> None:
    assert [one.text for one in texts(fragment("Hello you", (0, 500)), final(text))] == [
        " Hello you"
    ]


@given(st.lists(st.lists(st.tuples(st.text("ab c", min_size=1), st.booleans()), max_size=4)))
def test_no_letter_is_lost_or_repeated(items: list[list[tuple[str, bool]]]) -> None:
    events: list[SessionEvent] = []
    for number, fragments in enumerate(items):
        said = (0, FRAME_MS)
        events += [fragment(text, said if one else None, str(number)) for text, one in fragments]
        events.append(final("".join(text for text, _ in fragments).strip(), item=str(number)))
    given_out = "".join(one.text for one in texts(*events))
    wanted = "".join(text for fragments in items for text, _ in fragments)
    assert given_out.replace(" ", "") == wanted.replace(" ", "")
