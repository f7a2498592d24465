"""Matches the text of an interpreter with its sound.

Text and sound come side by side, without a word of which belongs to which. Both come in order, so
they are matched utterance by utterance: where the sound stops for a moment, a sentence or a clause
of the text has ended. How long the interpreter speaks for a letter tells which.
"""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass

from broadcaster.booths.timing.alignment import Speech, align, breaks_in, letters_before
from broadcaster.booths.timing.queued_speech import QueuedSpeech
from broadcaster.booths.timing.sentence_match import Knot
from broadcaster.model.audio import CLOCK_HZ, ms_to_samples
from broadcaster.writing.scripts import spaces_between_words

_PACE_SAMPLES = ms_to_samples(70)
_PACE_UNSPACED_SAMPLES = ms_to_samples(170)
"""Speech for one letter before the interpreter's own pace is known; in scripts without spaces."""
_LEARNING = 0.3
_TELLING_LETTERS = 12
"""A shorter utterance says nothing about the pace."""
_LIKELY = (0.5, 2.0)
_POSSIBLE = (0.35, 3.0)
"""An utterance takes this many times as long as expected; the second if nothing else is likely."""
_FOLLOWED_SAMPLES = 8 * CLOCK_HZ
"""A longer utterance is matched sentence by sentence, without waiting for its end."""
_SURE_SAMPLES = 2 * CLOCK_HZ
"""A pause this far before the newest sound is not the end of what has come so far."""
_LONGEST_SAMPLES = 40 * CLOCK_HZ
"""Most sound that waits to be matched."""
_STALE_SAMPLES = 3 * CLOCK_HZ
"""Sound does not belong to text that came this long before it, if newer text has come too. But with
an interpreter whose text comes early, twice the usual lead is waited for."""
_MOST_LEAD_SAMPLES = 6 * CLOCK_HZ
_LONGEST_TEXT = 1_500
_KEPT_TEXT = 500
_UTTERANCES = 16


@dataclass(frozen=True, slots=True)
class Utterance:
    """Text and sound that belong together.

    Attributes:
        first_letter: of the channel's text.
        letters: how many.
        knots: of letters and speech.
        speech: its places are samples, counted from the first that was ever queued.
    """

    first_letter: int
    letters: int
    knots: list[Knot]
    speech: Speech


class UtteranceMatcher:
    """Matches one channel's text with its sound.

    Args:
        language: ISO 639-1 code of the text.

    Attributes:
        pace: samples of speech that the interpreter needs for one letter.
        lead: samples of time by which its text usually comes before its sound.
        sound: the sound that has come.
        utterances: the latest that were matched, in order.
        first_letter: how many letters came before the text that is not matched yet.
    """

    def __init__(self, language: str) -> None:
        spaced = spaces_between_words(language)
        self.pace: float = _PACE_SAMPLES if spaced else _PACE_UNSPACED_SAMPLES
        self.lead: float = 0.0
        self.sound = QueuedSpeech()
        self.utterances: deque[Utterance] = deque(maxlen=_UTTERANCES)
        self.first_letter = 0
        self._language = language
        self._knows_pace = False
        self._text = ""
        """The text that is not matched yet."""
        self._came: deque[tuple[int, int]] = deque()
        """Letters of the channel's text, and the event-clock sample at which they had come."""

    def add_sound(self, pcm: bytes, first_sample: int, now: int, gap: int | None) -> None:
        """Add sound that was queued; see `QueuedSpeech`."""
        if self.sound.paused(now):
            self._match_until(first_sample)
            if self._came and self._stale(now) < self._came[-1][0] - self.first_letter:
                self._take(self._stale(now))
        self.sound.add(pcm, first_sample, now, gap)
        if self.sound.end - self.sound.first > _FOLLOWED_SAMPLES:
            self._follow()
        if self.sound.end - self.sound.first > _LONGEST_SAMPLES:
            self._match_all()

    def add_text(self, text: str, now: int) -> int:
        """Add a fragment that came at `now`; return how many letters of the text came before it."""
        if self.sound.paused(now):
            self._match_until(self.sound.end)
        if stale := self._stale(now):
            self._take(stale)
        before = self.first_letter + letters_before(self._text)[-1]
        self._text += text
        self._came.append((before + letters_before(text)[-1], now))
        if len(self._text) > _LONGEST_TEXT:
            self._take(letters_before(self._text)[-_KEPT_TEXT])
        return before

    def end_utterance(self) -> None:
        """Match all text with all sound, if the one can be the other."""
        speech, letters = self.sound.speech(), letters_before(self._text)[-1]
        if speech is not None and letters and self._fits(letters, speech.length, alone=True):
            self._match(letters, speech, self.sound.end)

    def unmatched(self, now: int) -> list[Knot]:
        """Return the knots of text and speech that are not matched yet.

        The text may reach beyond the speech that has come.
        """
        letters, speech = letters_before(self._text)[-1], self.sound.speech()
        if speech is None:
            return [(0, 0), (letters, letters * self.pace)] if letters else [(0, 0)]
        breaks = breaks_in(self._text, self._language)
        together = self.sound.paused(now) and self._fits(letters, speech.length)
        pace = None if together else self.pace
        return align(letters, breaks, speech, pace, self.sound.silence(now))

    def sound_expected(self) -> int | None:
        """Return when the sound of the unmatched text should come; None if some is here."""
        if not self._came or self.sound.speech() is not None:
            return None
        return self._came[0][1] + round(self.lead)

    def _match_until(self, sample: int) -> None:
        """Match the sound before a pause with the text that fits it best."""
        speech = self.sound.speech(sample)
        letters = letters_before(self._text)[-1]
        if speech is None or not letters:
            self.sound.take(sample)
            return
        choices = [one.letters for one in breaks_in(self._text, self._language)]
        best = min([*choices, letters], key=lambda one: abs(one * self.pace - speech.length))
        if self._fits(best, speech.length, alone=not choices):
            self._match(best, speech, sample)

    def _follow(self) -> None:
        """Match the first sentence of an utterance that goes on for long."""
        speech = self.sound.speech()
        if speech is None:
            return
        breaks = breaks_in(self._text, self._language)
        ends = {one.letters for one in breaks if one.ends_sentence}
        letters = letters_before(self._text)[-1]
        for at, spoken in align(letters, breaks, speech, self.pace)[1:-1]:
            if spoken > speech.length - _SURE_SAMPLES:
                return
            if at in ends:
                sample = speech.ends(spoken)
                first = self.sound.speech(sample)
                if first is not None:
                    self._match(int(at), first, sample)
                return

    def _match_all(self) -> None:
        """Match all sound with all text: what belongs together cannot be told any more."""
        speech, letters = self.sound.speech(), letters_before(self._text)[-1]
        if speech is not None and letters:
            self._match(letters, speech, self.sound.end)
        self.sound.take(self.sound.end)

    def _match(self, letters: int, speech: Speech, until: int) -> None:
        breaks = [one for one in breaks_in(self._text, self._language) if one.letters < letters]
        self._learn_lead(self.sound.came(speech.starts(0)))
        knots = align(letters, breaks, speech)
        self.utterances.append(Utterance(self.first_letter, letters, knots, speech))
        if letters >= _TELLING_LETTERS:
            pace = speech.length / letters
            self.pace += (_LEARNING if self._knows_pace else 1.0) * (pace - self.pace)
            self._knows_pace = True
        self.sound.take(until)
        self._take(letters)

    def _learn_lead(self, sounded: int | None) -> None:
        """Compare when the unmatched text came with when its sound did."""
        if not self._came or sounded is None:
            return
        lead = min(max(0, sounded - self._came[0][1]), _MOST_LEAD_SAMPLES)
        self.lead += (_LEARNING if self._knows_pace else 1.0) * (lead - self.lead)

    def _fits(self, letters: int, length: int, *, alone: bool = False) -> bool:
        """Whether these letters may have been spoken in this time.

        Args:
            letters: of the text.
            length: samples of speech.
            alone: whether there is no other text that may have been.
        """
        shortest, longest = _LIKELY if self._knows_pace and not alone else _POSSIBLE
        return shortest * letters * self.pace <= length <= longest * letters * self.pace

    def _stale(self, now: int) -> int:
        """Return how many letters have waited too long for their sound."""
        sounded = self.sound.came_at or 0
        stale = now - max(_STALE_SAMPLES, 2 * self.lead)
        waiting = [one for one, came in self._came if sounded < came < stale]
        return waiting[-1] - self.first_letter if waiting else 0

    def _take(self, letters: int) -> None:
        """Count the first letters of the unmatched text as matched."""
        place = bisect_right(letters_before(self._text), letters) - 1
        self._text = self._text[place:]
        self.first_letter += letters
        while self._came and self._came[0][0] <= self.first_letter:
            self._came.popleft()
