"""The figures of events of which they are known."""

import json
from dataclasses import replace

import pytest

from broadcaster.errors import BroadcasterError
from broadcaster.model.event import Event, EventState
from broadcaster.model.status import BoothState, BoothStatus, EventStatus, FloorStatus
from broadcaster.report.delay import delay_of, points_of
from broadcaster.report.figures import Compared, figures_of
from broadcaster.report.flow import (
    FloorSpeech,
    gaps_of,
    likely_lag_ms,
    skipped_ms,
    words_heard,
)
from broadcaster.report.quality.kept import Kept
from broadcaster.report.records import records_from, records_to_json
from broadcaster.report.samples import (
    ChannelSample,
    sample_of,
    samples_from_json,
    samples_to_json,
)
from broadcaster.report.sound import sound_of, tempo_points
from broadcaster.report.spread import Spread, slope_per_hour, spread_of
from tests.report.building import LIVE_AT_MS, caption, event, said, sample


def test_a_spread_is_by_the_nearest_rank() -> None:
    assert spread_of([]) is None
    assert spread_of([7]) == Spread(7, 7, 1)
    assert spread_of(range(100, 0, -1)) == Spread(50, 95, 100)


def test_a_slope_is_per_hour() -> None:
    assert slope_per_hour([]) is None
    assert slope_per_hour([(0, 1), (599_999, 2)]) is None
    assert slope_per_hour([(at * 60_000, 10 * at) for at in range(30)]) == pytest.approx(600)


def test_samples_keep_what_a_status_says() -> None:
    booth = BoothStatus(
        "es",
        BoothState.LIVE,
        lag_ms=2_345,
        answer_ms=1_900,
        playout_ms=120,
        queue_ms=5,
        level_dbfs=-21.4,
        tempo=1.083_333,
        loudness_lufs=-20.4,
        true_peak_dbtp=-1.2,
    )
    status = EventStatus(
        Event("talk", "A talk", EventState.LIVE, (), ""),
        FloorStatus(level_dbfs=-30.6),
        {"floor": BoothStatus("floor", BoothState.LIVE, lag_ms=0), "es": booth},
        {"es": 7},
        {"es": 2},
        {},
    )
    taken = sample_of(status, 5)
    assert taken.floor_dbfs == -31
    assert taken.channels["es"] == ChannelSample(
        2_345, 5, 0, -21, 7, 2, 1_900, 120, 1.08, -20.4, -1.2
    )
    assert samples_from_json(samples_to_json([taken, taken])) == [taken, taken]
    older = b'{"samples": [[5, -31, {"es": [2345, 5, 0, -21, 7, 2]}]]}'
    [taken] = samples_from_json(older)
    assert taken.channels["es"] == ChannelSample(2_345, 5, 0, -21, 7, 2)
    for broken in (b"{", b"{}", b'{"samples": [[1]]}', b'{"samples": [[1, 2, {"es": [1]}]]}'):
        with pytest.raises(ValueError, match=r"."):
            samples_from_json(broken)


def test_the_delay_is_that_of_the_seconds_in_which_the_channel_was_heard() -> None:
    silent = [sample(60 + at, lag_ms=9_000 + at, level_dbfs=-100) for at in range(60)]
    passing = [sample(130 + at, lag_ms=9_059) for at in range(60)]
    unknown = [sample(120, lag_ms=None)]
    heard = [sample(at, lag_ms=3_000 + 10 * at) for at in range(60)]
    delay = delay_of([*heard, *silent, *unknown, *passing], "es")
    assert delay is not None
    assert delay.span_ms == Spread(3_290, 3_560, 60)
    assert delay.slope_ms_per_hour is None  # a minute says nothing
    assert delay.playout_ms == Spread(500, 500, 60)
    assert (delay.answer_ms, delay.booth_ms) == (None, None), "samples of older versions"
    assert delay_of(heard, "fr") is None


def test_the_parts_of_the_delay_are_those_of_the_same_second() -> None:
    parts = {"answer_ms": 2_000, "playout_ms": 600}
    heard = [sample(at, lag_ms=3_000 + 10 * at, **parts) for at in range(60)]
    delay = delay_of([*heard, sample(60, lag_ms=4_000)], "es")
    assert delay is not None
    assert delay.answer_ms == Spread(2_000, 2_000, 60)
    assert delay.playout_ms == Spread(600, 600, 61)
    assert delay.booth_ms == Spread(690, 960, 60)


def test_the_loudness_of_a_channel_is_that_of_all_its_booths() -> None:
    first = [sample(at, loudness_lufs=None if at == 0 else -20.0) for at in range(11)]
    second = [sample(20 + at, loudness_lufs=None if at == 0 else -30.0) for at in range(31)]
    peaks = [sample(60, true_peak_dbtp=-3.0), sample(61, true_peak_dbtp=-1.5)]
    sound = sound_of([*first, *second, *peaks], "es")
    assert sound is not None
    assert sound.loudness_lufs == pytest.approx(-24.9, abs=0.05)
    assert sound.true_peak_dbtp == -1.5
    assert (sound.tempo, sound.faster_share) == (None, None)
    assert sound_of([sample(1)], "es") is None
    assert sound_of([], "es") is None


def test_the_tempo_is_that_of_the_seconds_with_speech() -> None:
    own = [sample(at, lag_ms=3_000 + at, tempo=1.0) for at in range(90)]
    faster = [sample(90 + at, lag_ms=4_000 + at, tempo=1.25) for at in range(10)]
    silent = [sample(100 + at, lag_ms=9_000 + at, tempo=1.25, level_dbfs=-100) for at in range(50)]
    samples = [*own, *faster, *silent]
    sound = sound_of(samples, "es")
    assert sound is not None
    assert sound.tempo == Spread(1.0, 1.25, 100)
    assert sound.faster_share == pytest.approx(0.1)
    points = tempo_points(samples, "es", 10)
    assert {tempo for _, tempo in points} == {1.0, 1.25}
    assert len(points) <= 11
    assert tempo_points([], "es", 10) == []


def test_a_line_of_a_plot_has_few_points() -> None:
    samples = [sample(at, lag_ms=4_000 + at % 2) for at in range(7_200)]
    points = points_of(samples, "es", 100)
    assert len(points) <= 101
    assert {lag for _, lag in points} == {4.0}
    assert 119 < points[-1][0] < 120
    assert points_of([], "es", 100) == []


def test_a_gap_is_silence_where_the_floor_spoke_a_span_earlier() -> None:
    floor = said(["One.", "Two.", "Three."])  # 0 to 4, 5 to 9, 10 to 14 s
    quiet = {*range(3), 8, 9, 10, 11, 17}
    samples = [sample(at, level_dbfs=-100 if at in quiet else -20) for at in range(20)]
    gaps = gaps_of(samples, "es", FloorSpeech(floor, samples, LIVE_AT_MS), 3_000)
    assert gaps is not None
    assert (gaps.count, gaps.total_s, gaps.longest_s) == (1, 4.0, 4.0)
    assert gaps.spoken_s == 15.0
    assert gaps_of([], "es", FloorSpeech(floor, [], LIVE_AT_MS), 0) is None


def test_without_captions_the_level_of_the_floor_says_who_speaks() -> None:
    samples = [sample(at, floor_dbfs=-30 if at < 10 else -70, level_dbfs=-100) for at in range(20)]
    gaps = gaps_of(samples, "es", FloorSpeech((), samples, LIVE_AT_MS), 0)
    assert gaps is not None
    assert (gaps.count, gaps.total_s) == (1, 10.0)


def test_a_human_interpreter_has_gaps_although_nobody_knows_the_span() -> None:
    floor = said(["One.", "Two.", "Three.", "Four."], 500)  # to 4.5 s, 5.5 to 9.5, 10.5 to 14.5
    spoken = {*range(4, 8), *range(9, 13), *range(19, 23)}  # three seconds later, not the third
    samples = [
        sample(at, lag_ms=None, level_dbfs=-20 if at in spoken else -100) for at in range(1, 25)
    ]
    speech = FloorSpeech(floor, samples, LIVE_AT_MS)
    assert likely_lag_ms(samples, "es", speech) == 3_000
    [_, channel] = figures_of(event(floor, (), samples)).channels
    assert channel.delay is None
    assert channel.gaps is not None
    assert (channel.gaps.count, channel.gaps.total_s) == (1, 4.0)
    assert likely_lag_ms([], "es", speech) == 0


def test_the_language_of_the_speaker_is_found_if_nobody_told_it() -> None:
    floor = said(["Wir haben das Wasser für die Stadt.", "Das sind zwei Millionen Menschen."])
    channel = said(["We have the water for the city.", "They are 2 million people."], 2_000)
    records = replace(event(floor, channel, language="en"), source_language="")
    found = figures_of(records).channels[1]
    assert found.names is None, "capitals are no names in German"
    assert found.numbers == Kept(1, 1, ())


def test_words_are_heard_while_the_channel_carries_sound() -> None:
    captions = said(["Uno dos tres cuatro.", "Cinco seis siete ocho."])
    samples = [sample(at, level_dbfs=-20 if at < 6 else -100) for at in range(1, 30)]
    heard = words_heard(samples, "es", captions, "es", LIVE_AT_MS)
    assert heard is not None
    assert 4 <= heard < 8
    loud = [sample(at) for at in range(1, 30)]
    assert words_heard(loud, "es", captions, "es", LIVE_AT_MS) == 8
    assert words_heard(loud, "fr", captions, "fr", LIVE_AT_MS) is None


def test_skipped_sound_counts_over_booths() -> None:
    samples = [sample(at, dropped_ms=ms) for at, ms in enumerate((0, 400, 1_000, 0, 300))]
    assert skipped_ms(samples, "es") == 1_300
    assert skipped_ms(samples, "fr") is None


def test_the_figures_of_a_channel() -> None:
    floor = said(["We met Clara in Rome in 1987.", "There were 4,500 people."])
    spanish = (
        caption(1, 3_000, 7_000, "Conocimos a Clara en Roma en 1987.", 2_000),
        caption(2, 8_000, 11_000, "Había 4500 personas. […]", 8_500),
    )
    records = event(floor, spanish, [sample(at) for at in range(1_800)])
    figures = figures_of(records)
    [source, channel] = figures.channels
    assert (source.channel, source.delay, source.gaps, source.numbers) == (
        "floor",
        None,
        None,
        None,
    )
    assert source.reading.words == 11
    assert channel.reading.shown_after_ms == Spread(-1_000, 500, 2)
    assert channel.reading.missing == 1
    assert channel.numbers is not None
    assert (channel.numbers.said, channel.numbers.found) == (2, 2)
    assert channel.names is not None
    assert (channel.names.said, channel.names.found, channel.names.missing) == (2, 1, ("Rome",))
    assert channel.glossary is None
    assert channel.scores is None
    assert channel.use is not None
    assert channel.use.listener_hours == pytest.approx(1.0)
    assert channel.use.usd_per_hour == pytest.approx(3.0)
    assert channel.use.usd_per_listener_hour == pytest.approx(1.5)
    assert (figures.recorded_s, figures.live_s) == (1_800.0, 1_799.0)


def test_an_event_of_which_little_is_stored_has_figures() -> None:
    [_, channel] = figures_of(event()).channels
    assert (channel.delay, channel.gaps, channel.use, channel.skipped_ms) == (None,) * 4
    assert channel.reading.words_per_minute is None


def test_records_survive_the_api() -> None:
    records = event(said(["One."]), said(["Uno."]), [sample(1), sample(2, lag_ms=None)])
    assert records_from(json.loads(records_to_json(records))) == records


@pytest.mark.parametrize("broken", [None, [], {}, {"event": 5}], ids=["null", "list", "{}", "5"])
def test_other_records_are_refused_with_a_sentence(broken: object) -> None:
    with pytest.raises(BroadcasterError, match="cannot be read"):
        records_from(broken)


def test_a_reference_of_another_channel_is_refused() -> None:
    with pytest.raises(BroadcasterError, match="no channel “fr”"):
        figures_of(event(said(["One."])), Compared(["One."], {"fr": ["Un."]}))
