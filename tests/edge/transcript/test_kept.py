"""Parsed captions are kept while somebody searches, and of a few channels only."""

import pytest

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.edge.fanout.caption_hub import CaptionHub
from broadcaster.edge.transcript.kept import KEPT_S, MOST_CHANNELS, KeptPasts, TranscriptFile
from broadcaster.model import keys
from tests.support.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(1_000.0)


def hubs(count: int, clock: FakeClock) -> list[CaptionHub]:
    bus = EmbeddedBus(None)
    return [
        CaptionHub(bus, keys.captions("talk", f"es-{number}"), clock, None)
        for number in range(count)
    ]


async def test_what_is_asked_for_again_and_again_is_kept(clock: FakeClock) -> None:
    [hub], kept = hubs(1, clock), KeptPasts(clock)
    past = kept.past_of(hub, "es")
    past.files["txt"] = TranscriptFile(None, b"Hola")
    for _ in range(5):
        clock.pass_time(KEPT_S / 2)
        kept.drop_idle()
        assert kept.past_of(hub, "es") is past


async def test_what_nobody_asks_for_is_dropped(clock: FakeClock) -> None:
    [searched, left], kept = hubs(2, clock), KeptPasts(clock)
    past = kept.past_of(left, "es")
    clock.pass_time(KEPT_S / 2)
    kept.past_of(searched, "es")
    clock.pass_time(KEPT_S / 2)
    kept.drop_idle()
    assert len(kept) == 1
    assert kept.past_of(left, "es") is not past
    clock.pass_time(KEPT_S)
    kept.drop_idle()
    assert len(kept) == 0


async def test_of_many_channels_those_asked_for_last_are_kept(clock: FakeClock) -> None:
    channels, kept = hubs(MOST_CHANNELS + 1, clock), KeptPasts(clock)
    pasts = [kept.past_of(hub, "es") for hub in channels[:-1]]
    assert kept.past_of(channels[0], "es") is pasts[0]
    kept.past_of(channels[-1], "es")
    assert len(kept) == MOST_CHANNELS
    assert kept.past_of(channels[0], "es") is pasts[0]
    assert kept.past_of(channels[1], "es") is not pasts[1]
