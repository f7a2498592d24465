"""Places the text of a channel where its sound is heard.

Text whose sound has not come yet is placed after all sound that waits, by the interpreter's pace,
and as much later than it came as usual with this interpreter. Text that stays without sound is
placed where it came.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from broadcaster.booths.timing.alignment import letters_before, spoken_at
from broadcaster.booths.timing.places import TextPlace
from broadcaster.booths.timing.utterances import UtteranceMatcher
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples, samples_to_ms

_UNSPOKEN_SAMPLES = 2 * CLOCK_HZ
"""Text without sound for this long is taken for text that is not spoken."""
_SURELY_WAITS_SAMPLES = ms_to_samples(200)
"""Sound that is heard this much later waits for other sound, and not only for its packet."""
_MOST_AHEAD_SAMPLES = 10 * CLOCK_HZ


class SpeechClock(Protocol):
    """When each sample of the channel's speech is heard, on the event clock in samples."""

    def start(self, sample: int) -> int:
        """Return the position at which the speech from this sample on is heard; 0 if unknown."""

    def end(self, sample: int) -> int:
        """Return the position at which the speech before this sample ends; 0 if unknown."""


@dataclass(frozen=True, slots=True)
class HeardText:
    """A fragment of the channel's text; a `TextPlace`.

    Attributes:
        times: of the channel.
        first_letter: of the channel's text.
        letters: as `letters_before` counts them.
        came: event-clock sample at which it came.
        written: event-clock sample at which it starts if it is never spoken.
    """

    times: "HeardTimes"
    first_letter: int
    letters: list[int]
    came: int
    written: int

    def starts_ms(self, left: int) -> int:
        """See `TextPlace`."""
        return samples_to_ms(self.times.start(self, self._letters(left)))

    def ends_ms(self, left: int) -> int:
        """See `TextPlace`."""
        return samples_to_ms(self.times.end(self, self._letters(left)))

    def _letters(self, left: int) -> int:
        return self.letters[max(0, len(self.letters) - 1 - left)]


class HeardTimes:
    """The times of one channel's text.

    Args:
        language: ISO 639-1 code of the text.
        clock: when the sound is heard.
        now: event-clock sample of the floor now.
    """

    def __init__(self, language: str, clock: SpeechClock, now: Callable[[], int]) -> None:
        self._clock = clock
        self._now = now
        self._matcher = UtteranceMatcher(language)
        self._written_until = 0

    def push_speech(self, pcm: bytes, first_sample: int) -> None:
        """Add sound that was queued.

        Args:
            pcm: s16le mono 24 kHz.
            first_sample: its number, counted from the first that was ever queued.
        """
        now, ended = self._now(), self._clock.end(first_sample)
        waits = ended > now + _SURELY_WAITS_SAMPLES
        gap = None if waits else self._clock.start(first_sample) - ended
        self._matcher.add_sound(pcm, first_sample, now, gap)

    def push_text(self, text: str) -> TextPlace:
        """Add the next fragment of the text; return where it is heard."""
        now = self._now()
        letters = letters_before(text)
        written = max(self._written_until, now)
        length = round(letters[-1] * self._matcher.pace)
        self._written_until = min(written + length, now + _MOST_AHEAD_SAMPLES)
        return HeardText(self, self._matcher.add_text(text, now), letters, now, written)

    def end_phrase(self) -> None:
        """Take note that the text and the sound so far belong together."""
        self._matcher.end_utterance()

    def start(self, text: HeardText, letters: int) -> int:
        """Return the position at which the text after the first letters of a fragment is heard."""
        sample = self._sample(text, letters, ends=False)
        return self._heard(
            text, letters, sample, 0 if sample is None else self._clock.start(sample)
        )

    def end(self, text: HeardText, letters: int) -> int:
        """Return the position at which the first letters of a fragment end."""
        sample = self._sample(text, letters, ends=True)
        return self._heard(text, letters, sample, 0 if sample is None else self._clock.end(sample))

    def _heard(self, text: HeardText, letters: int, sample: int | None, heard: int) -> int:
        """The position of a sample, if it is known; else when its text came."""
        length = round(letters * self._matcher.pace)
        if sample is None or not heard:
            return text.written + length
        to_come = sample - self._matcher.sound.end
        if to_come < 0:
            return heard
        expected = self._matcher.sound_expected()
        after = 0 if expected is None else expected + to_come
        return max(heard, text.came + round(self._matcher.lead) + length, after)

    def _sample(self, text: HeardText, letters: int, *, ends: bool) -> int | None:
        """The sample at which a part of a text starts or ends; None if it is not spoken."""
        letter = text.first_letter + letters
        for one in reversed(self._matcher.utterances):
            past = letter - one.first_letter
            if (0 < past <= one.letters) if ends else (0 <= past < one.letters):
                spoken = spoken_at(one.knots, past)
                return one.speech.ends(spoken) if ends else one.speech.starts(spoken)
        if letter < self._matcher.first_letter:
            return None
        return self._unmatched(text, letter - self._matcher.first_letter, ends=ends)

    def _unmatched(self, text: HeardText, letter: int, *, ends: bool) -> int | None:
        now, sound = self._now(), self._matcher.sound
        spoken, speech = spoken_at(self._matcher.unmatched(now), letter), sound.speech()
        length = 0 if speech is None else speech.length
        if speech is not None and (spoken < length or (ends and spoken == length)):
            return speech.ends(spoken) if ends else speech.starts(spoken)
        if now - max(text.came, sound.came_at or 0) > _UNSPOKEN_SAMPLES:
            return None
        return sound.end + round(spoken - length)
