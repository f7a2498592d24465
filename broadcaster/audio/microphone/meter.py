"""Judges a microphone from the last seconds of its sound."""

from collections import deque

import numpy as np

from broadcaster.audio.level import DIGITAL_SILENCE_DBFS, SILENT_FLOOR_DBFS
from broadcaster.audio.microphone.second import (
    BAND_HZ,
    MAINS_HZ,
    SECOND_BYTES,
    Levels,
    SecondMeasure,
    measure_second,
)
from broadcaster.model.check.microphone import MicrophoneFault, MicrophoneReport

REMEMBERED_S = 20
RECENT_S = 10
"""Levels, clipping and hum are those of this many seconds."""
SILENT_S = 4
"""A speaker who pauses is not silent for longer; one who has not begun may be."""
LONGEST_WAIT_S = 5
"""Sound that waits longer to be measured is dropped, oldest first."""
_LEAST_S = 5
"""Less sound than this is not judged but for silence."""

_NO_SIGNAL_PEAK = 3 / 32_768
"""A microphone's own noise is above it; what a decoder makes of digital silence is not."""
_SPEAKS_DB = 12.0
"""Speech rises this far above its pauses."""
_TOO_QUIET_DBFS = -40.0
_TWICE_CLIPPED = 2
_HUM_SECONDS = 0.5
"""Share of the last seconds in which hum must stand out: a held note does so for less."""
_LEAST_HUM_DBFS = -62.0
"""Hum below it is not noticed in a hall."""
_HUM_BELOW_SPEECH_DB = 45.0
_NOISY_DB = 18.0
"""Speech that rises less than this above its pauses is hard to understand."""
_QUIET_NOISE_DBFS = -52.0
_PAUSE_SPREAD_DB = 3.0
_PAUSE_SECONDS = 8
"""This many of the remembered seconds have a pause at the level of the noise. Applause that fades
in or out, and music, do not come back to their quietest moment."""
_PAUSE_SHARE = 0.12
"""Pauses with a room's noise lie close together in level; single claps do not."""
_STEADY_SPREAD_DB = 2.5
_LONG_S = 18
"""Seconds before sound is called noise or noisy: applause lasts for less."""
_VARIES_DB = 10.0
_BELOW_PEAK_DB = 55.0
_LEAST_BAND_DBFS = -85.0
_SPEECH_BANDS = slice(1_750 // BAND_HZ, 3_250 // BAND_HZ)
_UPPER_BANDS = slice(4_250 // BAND_HZ, 7_000 // BAND_HZ)
_CUT_DB = 32.0
"""A telephone's filter falls this steeply; a voice never does."""
_NARROW_S = 8
"""Seconds with speech before its band is judged: some words have no sharp sounds."""
_PERCENTS = (8, 95)
"""Hops below the first are the noise, hops above the second are loud speech."""

_ORDER = tuple(MicrophoneFault)


class MicrophoneMeter:
    """Takes one speaker's sound, of any length at a time, and reports on it."""

    def __init__(self) -> None:
        self._pcm = bytearray()
        self._seconds: deque[SecondMeasure] = deque(maxlen=REMEMBERED_S)
        self._spoken_s = 0
        self._highest_dbfs: Levels | None = None
        self._silent_s = 0
        self._zero_s = 0
        self._report = MicrophoneReport()

    def add(self, pcm: bytes) -> None:
        """Take the next piece, s16le mono 24 kHz; it is measured when a second is whole."""
        self._pcm += pcm
        del self._pcm[: -LONGEST_WAIT_S * SECOND_BYTES]

    def take(self) -> MicrophoneReport:
        """Measure the seconds that are whole by now, and report on the last ones."""
        measured = False
        while len(self._pcm) >= SECOND_BYTES:
            self._measure(bytes(self._pcm[:SECOND_BYTES]))
            del self._pcm[:SECOND_BYTES]
            measured = True
        if measured:
            self._report = self._judge()
        return self._report

    def _measure(self, pcm: bytes) -> None:
        second = measure_second(pcm)
        self._seconds.append(second)
        zero = second.peak <= _NO_SIGNAL_PEAK
        quiet = bool(np.percentile(second.hops_dbfs, 95) < SILENT_FLOOR_DBFS)
        self._zero_s = self._zero_s + 1 if zero else 0
        self._silent_s = self._silent_s + 1 if quiet else 0
        if quiet or not second.speaks:
            return
        self._spoken_s += 1
        before = self._highest_dbfs
        bands = second.bands_dbfs
        self._highest_dbfs = bands if before is None else np.maximum(bands, before - 0.1)

    def _judge(self) -> MicrophoneReport:
        recent = list(self._seconds)[-RECENT_S:]
        hops = np.concatenate([second.hops_dbfs for second in recent])
        noise, speech = (float(level) for level in np.percentile(hops, _PERCENTS))
        hum_hz, hum_dbfs = self._hum(recent)
        clipped = sum(1 for second in recent if second.clipped)
        bandwidth_hz = self._bandwidth_hz()
        tones = [second.tone_hz for second in recent]
        tone_hz = tones[-1] if len(tones) >= _LEAST_S and len(set(tones)) == 1 else 0
        found = {self._fault_of_levels(noise, speech)}
        if clipped >= _TWICE_CLIPPED:
            found.add(MicrophoneFault.CLIPPING)
        if hum_hz and hum_dbfs > max(_LEAST_HUM_DBFS, speech - _HUM_BELOW_SPEECH_DB):
            found.add(MicrophoneFault.HUM)
        if self._is_narrow():
            found.add(MicrophoneFault.NARROW_BAND)
        if tone_hz and not found & {MicrophoneFault.NO_SIGNAL, MicrophoneFault.SILENT}:
            found = {MicrophoneFault.TONE}
        return MicrophoneReport(
            len(self._seconds),
            round(noise, 1),
            round(speech, 1),
            clipped,
            hum_hz,
            round(hum_dbfs, 1),
            bandwidth_hz,
            tone_hz,
            tuple(fault for fault in _ORDER if fault in found),
        )

    def _fault_of_levels(self, noise: float, speech: float) -> MicrophoneFault | None:
        """The fault that the levels alone show."""
        if self._silent_s >= SILENT_S:
            return MicrophoneFault.NO_SIGNAL if self._zero_s >= SILENT_S else MicrophoneFault.SILENT
        if len(self._seconds) < _LEAST_S:
            return None
        if speech - noise < _SPEAKS_DB:
            return MicrophoneFault.STEADY_NOISE if self._is_steady() else None
        if speech < _TOO_QUIET_DBFS:
            return MicrophoneFault.TOO_QUIET
        return MicrophoneFault.NOISY if self._is_noisy() else None

    def _is_steady(self) -> bool:
        """Whether nothing but noise has come for long: no word, no pause."""
        if len(self._seconds) < _LONG_S:
            return False
        hops = np.concatenate([second.hops_dbfs for second in self._seconds])
        low, high = np.percentile(hops, (5, 95))
        return bool(low > SILENT_FLOOR_DBFS and high - low < _STEADY_SPREAD_DB)

    def _is_noisy(self) -> bool:
        """Whether there is speech whose pauses are nearly as loud, for as long as is remembered."""
        if len(self._seconds) < _LONG_S:
            return False
        hops = np.concatenate([second.hops_dbfs for second in self._seconds])
        noise, speech = np.percentile(hops, _PERCENTS)
        if noise < _QUIET_NOISE_DBFS or speech - noise > _NOISY_DB:
            return False
        least = noise + _PAUSE_SPREAD_DB
        pauses = sum(1 for one in self._seconds if one.speaks and one.hops_dbfs.min() < least)
        return pauses >= _PAUSE_SECONDS and bool(np.mean(hops < least) > _PAUSE_SHARE)

    def _hum(self, recent: list[SecondMeasure]) -> tuple[int, float]:
        """The mains' frequency and the RMS of its hum; 0 and -100 without any."""
        needed = max(_LEAST_S, round(_HUM_SECONDS * len(recent)))
        for mains_hz in MAINS_HZ:
            levels = [one.hum_dbfs[mains_hz] for one in recent]
            heard = [level for level in levels if level > DIGITAL_SILENCE_DBFS]
            if len(heard) >= needed:
                return mains_hz, float(np.median(heard))
        return 0, DIGITAL_SILENCE_DBFS

    def _bandwidth_hz(self) -> int:
        """The upper end of the highest band in which the speech is heard."""
        highest = self._highest_dbfs
        if highest is None:
            return 0
        noise = np.min([second.bands_dbfs for second in self._seconds], axis=0)
        least = max(float(highest.max()) - _BELOW_PEAK_DB, _LEAST_BAND_DBFS)
        heard = np.flatnonzero((highest > least) & (highest > noise + _VARIES_DB))
        return int(heard[-1] + 1) * BAND_HZ if heard.size else 0

    def _is_narrow(self) -> bool:
        """Whether the speech ends as steeply as a telephone's does."""
        highest = self._highest_dbfs
        if highest is None or self._spoken_s < _NARROW_S:
            return False
        cut_db = float(highest[_SPEECH_BANDS].max() - highest[_UPPER_BANDS].max())
        return cut_db > _CUT_DB
