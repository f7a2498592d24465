"""All figures of an event: what the page and the tables show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from broadcaster.model.event import Term
from broadcaster.model.language import FLOOR
from broadcaster.report.delay import AUDIBLE_DBFS, Delay, delay_of
from broadcaster.report.flow import (
    FloorSpeech,
    Gaps,
    Reading,
    gaps_of,
    likely_lag_ms,
    reading_of,
    skipped_ms,
    words_heard,
)
from broadcaster.report.quality.kept import Kept, glossary_kept, names_kept, numbers_kept
from broadcaster.report.quality.scoring import Scores, score
from broadcaster.report.quality.script import check_references, place
from broadcaster.report.records import ChannelRecords, EventRecords
from broadcaster.report.samples import SAMPLE_EVERY_S, Sample
from broadcaster.report.sound import Sound, sound_of
from broadcaster.report.spread import spread_of
from broadcaster.writing.scripts import likely_language

_HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Use:
    """Listeners, readers and cost of a channel.

    Attributes:
        heard_s: seconds in which the channel carried speech.
        listener_hours: of all who heard it.
        reader_hours: of all who read it.
        most_listeners: at one time.
        level_dbfs: median RMS of the seconds in which it carried speech; None without any.
        cost_usd: of its interpreter.
        usd_per_hour: of the event while it was live; None if that was not recorded.
        usd_per_listener_hour: None without listeners.
    """

    heard_s: float
    listener_hours: float
    reader_hours: float
    most_listeners: int
    level_dbfs: float | None
    cost_usd: float
    usd_per_hour: float | None
    usd_per_listener_hour: float | None


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """One channel; what is None was not recorded, or does not apply.

    Attributes:
        channel: `floor` or a tag.
        delay: behind the floor; None for the floor.
        reading: of its captions.
        words_heard: of its captions, those in whose time it carried sound; None without samples.
        gaps: of its sound; None for the floor.
        skipped_ms: of interpreted sound; None for the floor.
        sound: its loudness and tempo; None for the floor.
        use: by the audience, with its cost; None without samples.
        numbers: that came through.
        names: that came through.
        glossary: terms that came through.
        scores: against a reference.
        hidden: captions that a reviewer hid.
    """

    channel: str
    delay: Delay | None
    reading: Reading
    words_heard: int | None
    gaps: Gaps | None
    skipped_ms: int | None
    sound: Sound | None
    use: Use | None
    numbers: Kept | None
    names: Kept | None
    glossary: Kept | None
    scores: Scores | None
    hidden: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A script and references to compare with.

    Attributes:
        script: sentences of the original; empty for none.
        references: their translations, by language; that of `floor` is the script.
    """

    script: Sequence[str] = ()
    references: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """One event.

    Attributes:
        recorded_s: seconds of which there is a sample.
        live_s: from the first sample to the last.
        channels: the floor first.
    """

    recorded_s: float
    live_s: float
    channels: tuple[ChannelFigures, ...]


def figures_of(records: EventRecords, compared: Compared | None = None) -> Figures:
    """Compute the figures; this may take seconds: call it in a thread.

    Args:
        records: of the event.
        compared: None compares with nothing.

    Raises:
        BroadcasterError: what it is compared with does not belong to the event, or the libraries
            for that are missing.
    """
    compared = compared or Compared()
    check_references(compared.script, compared.references)
    for language in compared.references:
        if language != FLOOR:
            records.channel(language)
    if not records.source_language:
        records = replace(records, source_language=_spoken(records, compared))
    scores = _scores(records, compared) if compared.references else {}
    speech = FloorSpeech(records.floor.captions, records.samples, records.live_at_ms or 0)
    samples = records.samples
    return Figures(
        recorded_s=len(samples) * SAMPLE_EVERY_S,
        live_s=(samples[-1].at_ms - samples[0].at_ms) / 1_000 if samples else 0.0,
        channels=tuple(
            _channel(records, one, speech, scores.get(one.channel)) for one in records.channels
        ),
    )


def _spoken(records: EventRecords, compared: Compared) -> str:
    """The language of most that was said; empty if nothing tells it."""
    captions = (one.line for one in records.floor.captions)
    return likely_language(" ".join((*captions, *compared.script)))


def _scores(records: EventRecords, compared: Compared) -> dict[str, Scores]:
    sentences = place(compared.script, records.floor.captions)
    return {
        channel: score(
            records.channel(channel).captions,
            channel,
            records.source_language if channel == FLOOR else channel,
            sentences,
            reference,
            f"{records.event}-{channel}.wav",
        )
        for channel, reference in compared.references.items()
    }


def _channel(
    records: EventRecords, one: ChannelRecords, speech: FloorSpeech, scores: Scores | None
) -> ChannelFigures:
    is_floor = one.channel == FLOOR
    language = records.source_language if is_floor else one.channel
    live_at_ms = records.live_at_ms or 0
    delay = None if is_floor else delay_of(records.samples, one.channel)
    floor = records.floor.captions
    compares = not is_floor and floor and one.captions
    kept = (floor, one.captions, records.source_language)
    terms = (
        *records.glossary,
        *(Term(name, {one.channel: name}) for name in records.do_not_translate),
    )
    return ChannelFigures(
        channel=one.channel,
        delay=delay,
        reading=reading_of(one.captions, language),
        words_heard=words_heard(records.samples, one.channel, one.captions, language, live_at_ms),
        gaps=None if is_floor else _gaps(records.samples, one.channel, speech, delay),
        skipped_ms=None if is_floor else skipped_ms(records.samples, one.channel),
        sound=None if is_floor else sound_of(records.samples, one.channel),
        use=_use(records, one),
        numbers=numbers_kept(*kept, one.channel) if compares else None,
        names=names_kept(*kept, terms, one.channel) if compares else None,
        glossary=glossary_kept(*kept, terms, one.channel) if compares else None,
        scores=scores,
        hidden=one.hidden,
    )


def _gaps(
    samples: Sequence[Sample], channel: str, speech: FloorSpeech, delay: Delay | None
) -> Gaps | None:
    if delay is None:
        return gaps_of(samples, channel, speech, likely_lag_ms(samples, channel, speech))
    return gaps_of(samples, channel, speech, delay.span_ms.p50)


def _use(records: EventRecords, one: ChannelRecords) -> Use | None:
    seen = [
        sample.channels[one.channel] for sample in records.samples if one.channel in sample.channels
    ]
    if not seen:
        return None
    loud = [sample.level_dbfs for sample in seen if sample.level_dbfs >= AUDIBLE_DBFS]
    level = spread_of(loud)
    hours = len(seen) * SAMPLE_EVERY_S / _HOUR_S
    listener_hours = sum(sample.listeners for sample in seen) * SAMPLE_EVERY_S / _HOUR_S
    return Use(
        heard_s=len(loud) * SAMPLE_EVERY_S,
        listener_hours=listener_hours,
        reader_hours=sum(sample.readers for sample in seen) * SAMPLE_EVERY_S / _HOUR_S,
        most_listeners=max(sample.listeners for sample in seen),
        level_dbfs=level.p50 if level is not None else None,
        cost_usd=one.cost_usd,
        usd_per_hour=one.cost_usd / hours,
        usd_per_listener_hour=one.cost_usd / listener_hours if listener_hours else None,
    )
