"""The human interpreter in place of the AI's voice on a channel, one faded into the other.

The AI's voice is played all the time, at gain 0 while the human is heard. So it can go on at any
moment, in the middle of what it says. All of it is mixed at 48 kHz, the rate of the human's
microphone.
"""

import numpy as np

from broadcaster.audio.full_band.rate_change import RateChange
from broadcaster.audio.mix import Fader
from broadcaster.audio.pcm import FULL_SCALE, Samples, to_pcm, to_samples
from broadcaster.booths.playout.live_buffer import LiveBuffer
from broadcaster.model.audio import CLOCK_HZ, FULL_BAND_HZ, SAMPLE_BYTES, ms_to_samples

FADE_MS = 150
"""Time in which one voice gives way to the other."""
WAITING = ms_to_samples(120)
"""Sound to collect before playing on after a gap: a packet of 60 ms, the rest for jitter."""
MOST_WAITING = ms_to_samples(260)
"""When more is waiting, the oldest is dropped down to `WAITING`, so that it stays live."""
PAUSE_WAIT_SAMPLES = ms_to_samples(500, FULL_BAND_HZ)
"""The AI waits this long for a pause in what it says before it is heard again."""
NARROW_AFTER = ms_to_samples(300)
"""Without full-band sound for this long the frames for engines are heard instead."""
_PAUSE_RMS = FULL_SCALE * 10 ** (-50 / 20)


class OnAirMixer:
    """Lets one of two voices be heard."""

    def __init__(self) -> None:
        self._buffer = LiveBuffer(WAITING, MOST_WAITING, FULL_BAND_HZ)
        self._full_band_until = 0
        self._widened = RateChange(CLOCK_HZ, FULL_BAND_HZ)
        self._human = Fader(FADE_MS, rate_hz=FULL_BAND_HZ)
        self._ai = Fader(FADE_MS, up=True, rate_hz=FULL_BAND_HZ)
        self._pause_within: int | None = None
        """Samples for which the AI may still wait for a pause."""

    @property
    def human_heard(self) -> bool:
        """Whether anything of the human is heard, or will be."""
        return not self._human.silent

    def hear_human(self) -> None:
        """Fade the AI out and the human in."""
        self._human.up, self._ai.up = True, False
        self._pause_within = None

    def hear_ai(self, *, at_pause: bool) -> None:
        """Fade the human out and the AI in.

        Args:
            at_pause: wait a moment for a pause in what the AI says.
        """
        self._human.up = False
        self._pause_within = PAUSE_WAIT_SAMPLES if at_pause else 0

    def push_full_band_pcm(self, position: int, pcm: bytes) -> None:
        """The human's next frame, s16le mono 48 kHz; a part that was pushed before is left out."""
        self._full_band_until = position + len(pcm) // SAMPLE_BYTES * CLOCK_HZ // FULL_BAND_HZ
        self._buffer.push_live_pcm(position, pcm)

    def push_human_pcm(self, position: int, pcm: bytes) -> None:
        """The same frame at 24 kHz, heard only where a floor process gives no full band."""
        if position >= self._full_band_until + NARROW_AFTER:
            widened = self._widened.change(to_samples(pcm))
            self._buffer.push_live_pcm(position, to_pcm(widened))

    def mix(self, voice: Samples) -> Samples:
        """The next samples of the channel's voice, given those of the AI, both at 48 kHz."""
        self._end_wait(voice)
        if self._human.silent and self._ai.open:
            return voice
        if self._human.silent:
            return voice * self._ai.gains(voice.size)
        human = to_samples(self._buffer.pull(voice.size))
        return voice * self._ai.gains(voice.size) + human * self._human.gains(voice.size)

    def _end_wait(self, voice: Samples) -> None:
        """Let the AI be heard once it pauses, or has not paused for too long."""
        if self._pause_within is None:
            return
        self._pause_within -= voice.size
        quiet = float(np.sqrt(np.mean(voice**2))) * FULL_SCALE < _PAUSE_RMS
        if quiet or self._pause_within <= 0:
            self._ai.up = True
            self._pause_within = None
