"""Turns text fragments into captions: finds sentences, then divides them into lines.

The provider only appends text. Its fragments have their own spacing, but no marks of sentence ends,
and a full stop may come late. A caption also only grows: each version starts with the previous one.
Therefore a line break never moves.

The first words of a line are shown at once. Words near its end wait until the sentence ends, until
more text shows the best break, or until no text has come for a while.
"""

import re
from dataclasses import replace

from broadcaster.booths.text.caption_display import (
    shown_when_ended,
    shown_while_growing,
    shown_with_last_word,
)
from broadcaster.booths.text.caption_versions import Arrivals, CaptionVersions, NameOf
from broadcaster.booths.text.channel_language import ChannelLanguage
from broadcaster.booths.timing.places import TextPlace, WholeTime
from broadcaster.model.caption import Caption
from broadcaster.writing.caption_layout import LINE_COLUMNS, OpenLine, line_ends, next_break
from broadcaster.writing.columns import columns
from broadcaster.writing.scripts import spaces_between_sentences, spaces_between_words
from broadcaster.writing.sentences import Ending, ending, ends_sentence, may_end_sentence
from broadcaster.writing.words import Span, closes, word_spans

WORD_QUIET_MS = 800
"""After this long without text, the last word counts as complete."""
LINE_QUIET_MS = 1200
"""After this long without text, words stop waiting for a better line break."""
SENTENCE_QUIET_MS = 2500
"""After this long without text, a sentence counts as finished, even without a full stop."""

_LONGEST_SENTENCE = 400
_ONE_SPEAKER = 240
"""A longer sentence may be several, of several speakers: some engines write no marks."""
_LONGEST_LOOK = 240
"""A sentence end further ahead than this cannot change the next cut; characters."""
_SPACES = re.compile("[^\\S\u00a0\u202f\u2007]+")
_GOES_ON = re.compile(r"[\d@/]|\.\w|www\.|^\w{1,2}\.", re.IGNORECASE)
"""A word that ends in a full stop but may continue: an address, a number, an abbreviation."""


class CaptionSegmenter:
    """Divides the text of one channel into captions.

    Args:
        channel: `floor` or a BCP 47 tag. The language decides where sentences, words and lines end.
            On the floor it is guessed from the text.
        name_of: names the speaker of a text.
    """

    def __init__(self, channel: str, name_of: NameOf = lambda _parts: "") -> None:
        self._spoken = ChannelLanguage(channel)
        self._arrivals = Arrivals()
        self._versions = CaptionVersions(channel, self._arrivals, name_of)
        self._end_ms = 0
        self._settled_quiet_ms = 0
        self._text = ""
        """Text from the start of the open line. `_offset` characters came before it."""
        self._offset = 0
        self._sentence = ""
        """The part of the open sentence before the open line."""
        self._above = ""
        """The first line of the open caption, if the open line is the second."""
        self._above_end = 0
        """Where that line ends in the channel's text."""
        self._shown = 0
        self._marks_are_late = False

    def go_on_after(self, last: Caption) -> None:
        """Go on after the last caption of another booth; an unfinished one grows on."""
        self._versions.go_on_after(last)
        if last.final:
            return
        above, _, self._text = last.text.rpartition("\n")
        self._above, self._sentence, self._shown = above, above, len(self._text)
        self._spoken.add(last.text)
        self._arrivals.add(self._shown, last.end_ms, WholeTime(last.start_ms, last.end_ms))
        self._end_ms, self._settled_quiet_ms = last.end_ms, SENTENCE_QUIET_MS

    def push(self, fragment: str, now_ms: int, place: TextPlace | None = None) -> list[Caption]:
        """Add a fragment.

        Args:
            fragment: with its own spacing.
            now_ms: event clock, when it came.
            place: when it is spoken; None if that is unknown.

        Returns:
            The changed captions.
        """
        self._append(fragment, now_ms, place)
        return self._advance(now_ms, 0) + self._update(now_ms)

    def join(self) -> None:
        """Separate the next word from the last one: another session continues the text."""
        self._marks_are_late = False
        language = self._spoken.language
        apart = spaces_between_words(language) or (
            spaces_between_sentences(language) and ends_sentence(self._text, language)
        )
        if self._text and apart:
            self._append(" ", self._end_ms)

    def tick(self, now_ms: int) -> list[Caption]:
        """Let time pass: after a silence, show the waiting words or end the sentence."""
        quiet_ms = now_ms - self._end_ms
        for quiet in (SENTENCE_QUIET_MS, LINE_QUIET_MS, WORD_QUIET_MS):
            if quiet_ms >= quiet > self._settled_quiet_ms:
                self._settled_quiet_ms = quiet
                return self._advance(now_ms, quiet) + self._update(now_ms)
        return self._update(now_ms)

    def flush(self, now_ms: int) -> list[Caption]:
        """End the open caption, because the session has ended."""
        return self._advance(now_ms, SENTENCE_QUIET_MS)

    def _append(self, fragment: str, now_ms: int, place: TextPlace | None = None) -> None:
        self._end_ms, self._settled_quiet_ms = now_ms, 0
        if self._marks_are_late and fragment:
            while fragment and closes(fragment[0]):
                fragment = fragment[1:]
            self._marks_are_late = not fragment
        fragment = _SPACES.sub(" ", fragment)
        if fragment[:1] == " " and (not self._text or self._text[-1] == " "):
            fragment = fragment[1:]
            if self._sentence and not self._text and self._sentence[-1] != " ":
                self._sentence += " "
        if fragment:
            self._text += fragment
            self._spoken.add(fragment)
            if not fragment.isspace():
                self._arrivals.add(self._offset + len(self._text), now_ms, place)

    def _advance(self, now_ms: int, quiet_ms: int) -> list[Caption]:
        """Show the words and end the lines and sentences that can be decided now."""
        captions: list[Caption] = []
        over = quiet_ms >= SENTENCE_QUIET_MS
        while self._text.strip():
            spans, whole = self._look(final=over)
            count, state = self._first_end(spans, over=over)
            known = spans[:count]
            end = known[-1][1] if state is Ending.UNSURE or not whole else None
            line = self._line(known, end)
            now = not whole or quiet_ms >= LINE_QUIET_MS
            if state is Ending.YES or (over and whole):
                captions += self._end_sentence(known, now_ms)
            elif state is Ending.NO and whole and self._seems_ended():
                known = self._spans(final=True)
                captions += self._end_lines(known, line_ends(self._line(known))[:-1], now_ms)
                self._shown = shown_when_ended(self._line([]))
                break
            elif (found := next_break(line, now=now)) is not None:
                captions += self._end_lines(known, [found], now_ms)
            else:
                self._shown = shown_while_growing(line, quiet=quiet_ms >= LINE_QUIET_MS)
                if quiet_ms >= WORD_QUIET_MS:
                    self._shown = shown_with_last_word(replace(line, shown=self._shown))
                break
        if over:
            captions += self._close(now_ms)
            self._marks_are_late = True
        return captions

    def _spans(self, *, final: bool) -> list[Span]:
        return word_spans(self._text, self._spoken.language, final=final)

    def _look(self, *, final: bool) -> tuple[list[Span], bool]:
        """Return the first words, and whether they are all: a long text is not read to its end."""
        if len(self._text) > _LONGEST_LOOK:
            spans = word_spans(self._text[:_LONGEST_LOOK], self._spoken.language, final=False)
            if len(spans) > 1:
                return spans, False
        return self._spans(final=final), True

    def _line(self, spans: list[Span], end: int | None = None) -> OpenLine:
        """Return the open line with the words of its sentence, up to `end` in the text."""
        above, text = columns(self._above), self._text[:end]
        return OpenLine(text, spans, self._spoken.language, above, self._shown)

    def _first_end(self, spans: list[Span], *, over: bool) -> tuple[int, Ending]:
        """Return how many words surely belong to the first sentence, and whether it ends there."""
        language = self._spoken.language
        for number, (start, end) in enumerate(spans, 1):
            following = self._text[end:]
            if end < self._shown:  # it was shown when the text seemed to be in another language
                continue
            if not may_end_sentence(self._text[start:end], following, language):
                continue
            if not following.strip():
                break
            state = ending(self._sentence + self._text[:end], following, language)
            if state is Ending.YES or (state is Ending.UNSURE and not over):
                return number, state
        return len(spans), Ending.NO

    def _seems_ended(self) -> bool:
        """Whether the text ends in a full stop that most likely ends the sentence."""
        text = self._text.rstrip()
        last = text.rsplit(" ", maxsplit=1)[-1]
        goes_on = len(text) == len(self._text) and _GOES_ON.search(last)
        return not goes_on and ends_sentence(self._sentence + text, self._spoken.language)

    def _end_sentence(self, spans: list[Span], now_ms: int) -> list[Caption]:
        captions = self._end_lines(spans, line_ends(self._line(spans)), now_ms)
        captions += self._close(now_ms)
        self._sentence = ""
        self._spoken.settle()
        return captions

    def _end_lines(self, spans: list[Span], ends: list[int], now_ms: int) -> list[Caption]:
        """End a line before each word in `ends`. Word 0 ends the caption of the line above."""
        captions: list[Caption] = []
        origin = self._offset
        for end in ends:
            if end:
                self._shown = origin + spans[end - 1][1] - self._offset
            if end == 0 or self._above:
                captions += self._close(now_ms)
            else:
                self._begin()
                self._above_end = self._offset + self._shown
                self._above = self._text[: self._shown + self._kept_space()]
                self._consume()
        return captions

    def _kept_space(self) -> int:
        """Return 1 if the line keeps its last space: in scripts whose line breaks mean no space."""
        spaced = spaces_between_words(self._spoken.language)
        follows = self._text[self._shown :].startswith(" ")
        fits = columns(self._text[: self._shown]) < LINE_COLUMNS
        return int(follows and fits and not spaced)

    def _consume(self) -> None:
        """Begin a new line after the shown text."""
        rest = self._text[self._shown :].lstrip(" ")
        gone = len(self._text) - len(rest)
        self._sentence = (self._sentence + self._text[:gone])[-_LONGEST_SENTENCE:]
        self._text, self._offset, self._shown = rest, self._offset + gone, 0

    def _update(self, now_ms: int) -> list[Caption]:
        """Return the next version of the open caption, if one is due."""
        if not (self._above or self._shown) or not self._versions.due(now_ms):
            return []
        return self._version(now_ms, final=False)

    def _close(self, now_ms: int) -> list[Caption]:
        """End the open caption after the shown text."""
        if not (self._above or self._shown):
            return []
        captions = self._version(now_ms, final=True)
        self._consume()
        self._above = ""
        self._arrivals.forget(self._offset)
        return captions

    def _begin(self) -> None:
        goes_on = 0 < len(self._sentence.strip()) <= _ONE_SPEAKER
        self._versions.begin(self._offset, goes_on=goes_on)

    def _version(self, now_ms: int, *, final: bool) -> list[Caption]:
        if not self._above:
            self._begin()
        text = "\n".join(line for line in (self._above, self._text[: self._shown]) if line)
        shown = self._text[: self._shown].rstrip()
        end = self._offset + len(shown) if shown else self._above_end
        return self._versions.version(text, end, now_ms, final=final)
