"""A change of channel on the attendee page, measured in the sound that it plays.

The two channels are steady tones without a pause, so every gap is the page's. So is every click,
because the tones have nothing above 2 kHz.
"""

import asyncio
from dataclasses import dataclass
from functools import cache

import numpy as np

from tests.edge.http_players import packets
from tests.support.browser import Attendee, read_tap, until
from tests.support.sound import RATE_HZ, Samples

_SECONDS = 60
_OVERTONES = (1, 2, 3)
TONES_HZ = {"es": 400, "ar": 650}
_WINDOW = RATE_HZ // 100
_HOP = RATE_HZ // 400
_QUIET = 0.15
"""Of the usual level: what is below is a gap."""
_CLICK_ABOVE_HZ = 6_000
_AFTER_S = 0.5
"""Recorded after the change, enough for a cross-fade and what may go wrong with it."""
NOTE_TAPS = """() => document.addEventListener('click', ({timeStamp}) => {
  window.tappedAt_ms ??= performance.timeOrigin + timeStamp;
}, true)"""


@cache
def tones() -> dict[str, list[bytes]]:
    """Opus packets of the two channels."""
    time_s = np.arange(_SECONDS * RATE_HZ) / RATE_HZ
    sounds = {}
    for channel, hz in TONES_HZ.items():
        tone = sum(np.sin(2 * np.pi * hz * k * time_s) / k for k in _OVERTONES)
        sounds[channel] = packets((6_000 * np.asarray(tone)).astype("<i2").tobytes())
    return sounds


@dataclass(frozen=True, slots=True)
class HeardSwitch:
    """One change of channel.

    Attributes:
        after_ms: from the tap until the other channel is the louder one.
        gap_ms: the longest time at less than a sixth of the usual level.
        click: the highest level above 6 kHz within 10 ms, as a share of the usual level.
    """

    after_ms: float
    gap_ms: float
    click: float


async def heard_switch(page: Attendee, channel: str) -> HeardSwitch:
    """Tap another channel on a page whose taps are noted and whose sound is recorded."""
    await read_tap(page.page)
    await page.page.evaluate("window.tappedAt_ms = undefined")
    await page.choose(channel)
    await until(page.page, "(id) => window.broadcasterPlayer.channel === id", channel)
    await asyncio.sleep(_AFTER_S)
    recorded = await read_tap(page.page)
    tapped_at_s = await page.page.evaluate("window.tappedAt_ms") / 1000
    return measured(recorded.sound, tapped_at_s - recorded.seen_at_s, channel)


def measured(sound: Samples, tapped_s: float, channel: str) -> HeardSwitch:
    """Measure the change in a recording.

    Args:
        sound: at 24 kHz, with one change.
        tapped_s: when the other channel was tapped, in seconds after the beginning.
        channel: the other one.
    """
    starts = np.arange(0, len(sound) - _WINDOW, _HOP)
    windows = sound[starts[:, None] + np.arange(_WINDOW)]
    levels = np.sqrt(np.mean(windows**2, axis=1))
    usual = float(np.median(levels))
    spectra = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW), axis=1))
    bins_hz = np.fft.rfftfreq(_WINDOW, 1 / RATE_HZ)
    above = np.sqrt(np.sum(spectra[:, bins_hz > _CLICK_ABOVE_HZ] ** 2, axis=1))
    whole = float(np.median(np.sqrt(np.sum(spectra**2, axis=1))))
    [other] = set(TONES_HZ) - {channel}
    ours, theirs = (_level_of(windows, TONES_HZ[name]) for name in (channel, other))
    arrived = (ours > theirs) & (starts / RATE_HZ > tapped_s)
    after_s = starts[int(np.argmax(arrived))] / RATE_HZ - tapped_s
    return HeardSwitch(
        after_ms=1000 * float(after_s),
        gap_ms=1000 * _longest_run(levels < _QUIET * usual) * _HOP / RATE_HZ,
        click=float(np.max(above)) / whole,
    )


def _level_of(windows: Samples, hz: float) -> Samples:
    """How loud a tone is in each window."""
    turns = np.exp(-2j * np.pi * hz * np.arange(_WINDOW) / RATE_HZ) * np.hanning(_WINDOW)
    level: Samples = np.abs(windows @ turns)
    return level


def _longest_run(flags: np.ndarray) -> int:
    longest = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return longest
