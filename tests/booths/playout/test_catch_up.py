import itertools
from collections.abc import Iterable

import numpy as np
import pytest

from broadcaster.booths.playout.catch_up import CatchUp, CatchUpLimits, Pace

TICK_MS = 60
HURRIED = 1.25
UNHURRIED = Pace(shorten_pauses=False, tempo=1.0, skip_ms=0)


def paces(policy: CatchUp, seconds: float, lag_ms: int, queued_ms: int) -> list[Pace]:
    ticks = int(seconds * 1000 / TICK_MS)
    return [policy.pace(TICK_MS, lag_ms, queued_ms) for _ in range(ticks)]


def tempos(found: Iterable[Pace]) -> list[float]:
    """Each tempo once, in order."""
    return [round(tempo, 3) for tempo, _ in itertools.groupby(pace.tempo for pace in found)]


def test_a_channel_that_keeps_up_is_left_alone() -> None:
    assert set(paces(CatchUp(), 60, lag_ms=2_000, queued_ms=800)) == {UNHURRIED}


def test_pauses_go_before_words() -> None:
    found = paces(CatchUp(), 60, lag_ms=3_500, queued_ms=1_500)
    assert found[-1] == Pace(shorten_pauses=True, tempo=1.0, skip_ms=0)


def test_it_speaks_faster_step_by_step() -> None:
    found = paces(CatchUp(), 60, lag_ms=9_000, queued_ms=7_000)
    assert tempos(found) == [1.0, 1.05, 1.1, 1.15, 1.2, HURRIED]
    assert all(pace.shorten_pauses for pace in found if pace.tempo > 1.0)
    half = paces(CatchUp(), 60, lag_ms=9_000, queued_ms=4_500)
    assert tempos(half) == [1.0, 1.05, 1.1, 1.15]


def test_the_fastest_tempo_is_a_setting() -> None:
    found = paces(CatchUp(CatchUpLimits(max_tempo=1.1)), 60, lag_ms=9_000, queued_ms=9_000)
    assert tempos(found) == [1.0, 1.02, 1.04, 1.06, 1.08, 1.1]
    never = paces(CatchUp(CatchUpLimits(max_tempo=1.0)), 60, lag_ms=9_000, queued_ms=9_000)
    assert tempos(never) == [1.0]


def test_it_relaxes_step_by_step_and_later_than_it_hurried() -> None:
    policy = CatchUp()
    paces(policy, 60, lag_ms=9_000, queued_ms=7_000)
    assert tempos(paces(policy, 60, lag_ms=9_000, queued_ms=5_100)) == [HURRIED]
    down = paces(policy, 60, lag_ms=1_500, queued_ms=400)
    assert tempos(down) == [1.2, 1.15, 1.1, 1.05, 1.0]
    assert down[-1] == UNHURRIED


def test_a_second_passes_between_two_changes_of_tempo() -> None:
    rng = np.random.default_rng(1)
    policy = CatchUp()
    changed_ms, before = [], 1.0
    queued_ms = 0.0
    for tick in range(60_000):
        queued_ms = max(0.0, queued_ms + rng.normal(0, 300))
        tempo = policy.pace(TICK_MS, int(queued_ms) + 1_000, int(queued_ms)).tempo
        if tempo != before:
            changed_ms.append(tick * TICK_MS)
        before = tempo
    assert len(changed_ms) > 100
    assert np.diff(changed_ms).min() >= 1_000


def test_a_queue_that_wavers_changes_nothing() -> None:
    policy = CatchUp()
    paces(policy, 60, lag_ms=9_000, queued_ms=4_000)
    found = [
        policy.pace(TICK_MS, 9_000, 4_000 + int(400 * np.sin(tick / 50))) for tick in range(5_000)
    ]
    assert len(tempos(found)) <= 2


def test_an_interpreter_that_says_whole_phrases_is_not_hurried() -> None:
    """8 s arrive at once, 10 s late: playing faster gains nothing, and nothing need be dropped."""
    policy = CatchUp()
    found = [policy.pace(TICK_MS, 21_000, 8_000 - tick * TICK_MS % 8_040) for tick in range(10_000)]
    assert set(found) == {UNHURRIED}


def test_only_a_lag_over_the_cap_is_skipped_down_to_half_of_it() -> None:
    assert not any(pace.skip_ms for pace in paces(CatchUp(), 60, 20_000, 18_000))
    found = paces(CatchUp(), 60, lag_ms=21_000, queued_ms=18_000)
    skips = [(tick * TICK_MS, pace.skip_ms) for tick, pace in enumerate(found) if pace.skip_ms]
    assert {skip for _, skip in skips} == {11_000}
    assert np.diff([at for at, _ in skips]).min() >= 10_000


def test_a_skip_never_reaches_beyond_what_waits() -> None:
    found = paces(CatchUp(), 30, lag_ms=40_000, queued_ms=5_000)
    assert {pace.skip_ms for pace in found} == {0, 5_000}
    assert not any(pace.skip_ms for pace in paces(CatchUp(), 60, 40_000, 1_900))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"max_tempo": 1.6}, "tempo 1.6"),
        ({"max_tempo": 0.9}, "tempo 0.9"),
        ({"lag_cap_ms": 9_000}, "9000 ms is under 10000 ms"),
        ({"shorten_ms": 3_000}, "shorten_ms <= stretch_ms"),
    ],
)
def test_limits_that_make_no_sense_are_refused(limits: dict[str, float], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        CatchUpLimits(**limits)  # type: ignore[arg-type]
