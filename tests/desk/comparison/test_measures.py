"""The measures of two services, and the talk that both hear."""

from dataclasses import replace

from broadcaster.audio.pcm import to_samples
from broadcaster.desk.comparison.measures import Measure, measures_of
from broadcaster.desk.comparison.side import Side
from broadcaster.desk.comparison.talk_part import TalkPart, talk_part
from broadcaster.model.event import Channel, Event, EventState, Term
from broadcaster.model.failover.choices import Failover
from broadcaster.model.status import BoothState, BoothStatus, EventStatus, FloorStatus
from broadcaster.report.captions import Growth
from broadcaster.report.figures import ChannelFigures, Compared, figures_of
from broadcaster.report.records import ChannelRecords
from broadcaster.report.samples import ChannelSample
from tests.report.building import LIVE_AT_MS, caption, event, sample

PART = TalkPart(talk_part().sentences[:3])
CHANNEL = Channel("es", relay_from="fr", providers=("local", "openai"))
TALK = Event("talk", "A talk", EventState.OPEN, (CHANNEL, Channel("fr")), "key", hold_back_s=9)


def figures(
    lag_ms: int, texts: list[str], cost_usd: float = 0.0, erased: int = 0
) -> ChannelFigures:
    """A service that is so far behind and writes this."""
    begins = [one.start_ms + lag_ms for one in PART.sentences]
    written = [
        replace(caption(number, at_ms, at_ms + 4_000, text, at_ms + 500), erased=erased)
        for number, (at_ms, text) in enumerate(zip(begins, texts, strict=True))
    ]
    sound = {"tempo": 1.0, "loudness_lufs": -20.0 + lag_ms / 1_000}
    seconds = [
        sample(second, lag_ms=lag_ms + second, **sound) for second in range(1, round(PART.seconds))
    ]
    glossary = [Term("world", {"es": "mundo"})]
    records = event(PART.captions(0), written, seconds, glossary)
    floor, spanish = records.channels
    records = replace(records, channels=(floor, replace(spanish, cost_usd=cost_usd)))
    compared = Compared(PART.script, {"es": PART.reference("es")})
    return figures_of(records, compared).channels[1]


def test_the_better_one_is_told_for_each_measure() -> None:
    reference = PART.reference("es")
    good = figures(2_000, reference, cost_usd=0.01)
    bad = figures(5_000, ["Hola.", "Hola, Clara.", "Hola."], erased=3)
    measures = {one.id: one for one in measures_of(good, bad)}
    better = {name: one.better for name, one in measures.items()}
    assert better == {
        "span_p50_s": "a",
        "span_p95_s": "a",
        "bleu": "a",
        "chrf": "a",
        "names_percent": "",  # both keep Clara
        "numbers_percent": "",  # the talk has none
        "glossary_percent": "a",
        "erasure_percent": "a",
        "columns_per_s": "b",  # less to read
        "gaps_s": "",
        "tempo_percent": "",
        "loudness_lufs": "a",
        "usd_per_hour": "b",
    }
    assert measures["names_percent"] == Measure("names_percent", 100, 100, "")
    assert measures["numbers_percent"] == Measure("numbers_percent", None, None, "")
    assert measures["chrf"].a == 100
    assert measures["span_p50_s"].body() == {"id": "span_p50_s", "a": 2.0, "b": 5.0, "better": "a"}


def test_a_service_that_said_nothing_is_better_at_nothing() -> None:
    said = figures(2_000, PART.reference("es"))
    silent = figures_of(event(PART.captions(0))).channels[1]
    assert {one.better for one in measures_of(said, silent)} == {""}
    assert {(one.better, one.b) for one in measures_of(said, None)} == {("", None)}


def test_a_side_is_a_hidden_copy_that_one_service_interprets() -> None:
    side = Side.of("openai", TALK, CHANNEL, LIVE_AT_MS, 0.5)
    hidden = side.event
    assert hidden.rehearsal_of == "talk"
    assert hidden.is_hidden
    assert (hidden.state, hidden.failover, hidden.spend_cap_usd) == (
        EventState.LIVE,
        Failover(("openai",)),
        0.5,
    )
    assert hidden.channels == (Channel("es", always=True),)
    assert (hidden.source_captions, hidden.hold_back_s) == (False, 0)
    booth = BoothStatus("es", BoothState.LIVE, sessions=1, cost_usd=0.25, lag_ms=1_500)
    status = EventStatus(hidden, FloorStatus(), {"es": booth}, {}, {}, {})
    side.take(status, LIVE_AT_MS)
    assert (side.samples, side.is_ready, side.speaks) == ([], True, False)
    side.began_ms = 700
    side.take(status, LIVE_AT_MS + 1_000)
    stored = replace(event(spanish=[caption(1, 0, 1, "Hola", 2)]), samples=())
    records = side.records(stored, ChannelRecords("floor", PART.captions(700)))
    assert [one.channel for one in records.channels] == ["floor", "es"]
    assert records.samples[0].channels["es"] == ChannelSample(*(1_500, 0, 0, -100, 0, 0), tempo=1.0)
    assert side.body() == {"service": "openai", "heard": True, "reason": "", "cost_usd": 0.25}


def test_both_hear_the_talk_in_one_language() -> None:
    part = talk_part()
    assert part.language == "en"
    assert {one.language for one in part.sentences} == {"en"}
    assert 60 < part.seconds < 80
    first, *_ = part.captions(700)
    assert (first.text, first.start_ms) == (part.script[0], 700 + part.sentences[0].start_ms)
    assert first.growth == (Growth(first.end_ms, len(first.text)),)
    assert len(part.reference("pt-BR")) == len(part.script)
    assert part.reference("xx") == []
    sound = to_samples(b"".join(PART.pieces()))
    assert len(sound) == round(PART.seconds * 24_000)
