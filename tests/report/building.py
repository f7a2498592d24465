"""Events as reports see them, made for tests."""

from collections.abc import Sequence

from broadcaster.model.event import Term
from broadcaster.report.captions import Growth, SpokenCaption
from broadcaster.report.records import ChannelRecords, EventRecords
from broadcaster.report.samples import ChannelSample, Sample

LIVE_AT_MS = 1_700_000_000_000


def caption(number: int, start_ms: int, end_ms: int, text: str, shown_ms: int) -> SpokenCaption:
    """A caption that was shown at once."""
    return SpokenCaption(
        f"es-{number}", start_ms, end_ms, text, (Growth(shown_ms, len(text)),), erased=0
    )


def said(sentences: Sequence[str], first_ms: int = 0) -> tuple[SpokenCaption, ...]:
    """A sentence every 5 s that lasts for 4, and is shown a second after its start."""
    return tuple(
        caption(number, at_ms, at_ms + 4_000, text, at_ms + 1_000)
        for number, text in enumerate(sentences)
        for at_ms in [first_ms + 5_000 * number]
    )


def sample(second: int, **changes: float | None) -> Sample:
    """A sample of an event with Spanish, which is 3 s behind and has two listeners."""
    values: dict[str, float | None] = {
        "lag_ms": 3_000,
        "queue_ms": 500,
        "dropped_ms": 0,
        "level_dbfs": -20,
        "listeners": 2,
        "readers": 1,
    }
    floor_dbfs = int(changes.pop("floor_dbfs", -25) or 0)
    one = ChannelSample(**(values | changes))  # type: ignore[arg-type]
    return Sample(LIVE_AT_MS + 1_000 * second, floor_dbfs, {"es": one})


def event(
    floor: Sequence[SpokenCaption] = (),
    spanish: Sequence[SpokenCaption] = (),
    samples: Sequence[Sample] = (),
    glossary: Sequence[Term] = (),
    language: str = "es",
) -> EventRecords:
    """An event with the floor and one language."""
    channels = (
        ChannelRecords("floor", tuple(floor)),
        ChannelRecords(language, tuple(spanish), cost_usd=1.5),
    )
    return EventRecords(
        "talk", "Water & <rain>", LIVE_AT_MS, "en", tuple(glossary), (), channels, tuple(samples)
    )
