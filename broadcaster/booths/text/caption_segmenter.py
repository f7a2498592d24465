"""Translated text fragments to captions: sentences, then lines.

The provider sends append-only fragments with their own spacing, without sentence ends or times
(realtime-protocol §2.6), and a final full stop may come late. Captions grow the same way: each
version of a caption starts with the version before it, so the place of a line break is decided once
and only whole words are shown.

Lines have at most 42 columns and a caption two lines, the common rule of subtitle style guides;
wide characters (Chinese, Japanese, Korean) count as two columns.
"""

import re
import unicodedata

from broadcaster.model.caption import Caption

LINE_COLUMNS = 42
LINES = 2
UPDATE_EVERY_MS = 300
"""A growing caption is published at most this often."""
WORD_QUIET_MS = 800
"""A last word without anything behind it is taken to be whole after this long."""
SENTENCE_QUIET_MS = 2500
"""A sentence without its full stop is taken to be finished after this long."""

_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[”’」』）]*|[؟۔।]+")
_UNIT = re.compile(r"\s*[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]+|\s*[\u2e80-\uffef]")
_NO_LINE_START = frozenset("。、，．！？：；」』）】…ー々")
_ABBREVIATION = re.compile(r"(?:^|\s)(?:[A-Za-zÀ-ÿ]|Dr|Mr|Mrs|Ms|Sr|Sra|Prof|St|z|bzw|etc)\.$")


class CaptionSegmenter:
    """Cuts one channel's text.

    Args:
        channel: put on every caption; with the start it makes the id, so that ids stay unique
            over restarts: the event clock never runs backwards.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._last_start_ms = -1
        self._pending = ""
        self._lines: list[str] = []
        self._start_ms: int | None = None
        self._end_ms = 0
        self._published_ms = 0
        self._published_text = ""

    def push(self, fragment: str, now_ms: int) -> list[Caption]:
        """Add a fragment heard at `now_ms` of the event clock; returns what changed."""
        self._pending += fragment
        self._end_ms = now_ms
        captions = self._take_words(now_ms, whole=False)
        if self._lines and now_ms - self._published_ms >= UPDATE_EVERY_MS:
            captions += self._version(now_ms, final=False)
        return captions

    def join(self) -> None:
        """Another session goes on: its first word is not glued to the last one."""
        text = self._pending or "".join(self._lines)
        if text and not _is_wide(text):
            self._pending += " "

    def tick(self, now_ms: int) -> list[Caption]:
        """Let time pass: a quiet last word is shown, a quiet sentence ends."""
        quiet_ms = now_ms - self._end_ms
        captions: list[Caption] = []
        if self._pending.strip() and quiet_ms >= WORD_QUIET_MS:
            captions += self._take_words(now_ms, whole=True)
        if self._lines and quiet_ms >= SENTENCE_QUIET_MS:
            captions += self._version(now_ms, final=True)
        elif self._lines and now_ms - self._published_ms >= UPDATE_EVERY_MS:
            captions += self._version(now_ms, final=False)
        return captions

    def flush(self, now_ms: int) -> list[Caption]:
        """End the open caption, at the end of a session."""
        captions = self._take_words(now_ms, whole=True)
        if self._lines:
            captions += self._version(now_ms, final=True)
        return captions

    def _take_words(self, now_ms: int, *, whole: bool) -> list[Caption]:
        """Move whole words to the lines; the last one is whole only if `whole` or ended."""
        captions: list[Caption] = []
        while (match := _UNIT.match(self._pending)) is not None:
            last = match.end() == len(self._pending)
            word = match.group()
            if last and not whole and not _is_whole(word):
                break
            self._pending = self._pending[match.end() :]
            captions += self._add(word, now_ms)
        return captions

    def _add(self, word: str, now_ms: int) -> list[Caption]:
        text = word.strip()
        if not text:
            return []
        captions: list[Caption] = []
        closes = _closes(text)
        if self._start_ms is None:
            if closes:
                return []
            self._start_ms = max(now_ms, self._last_start_ms + 1)
        space = " " if word[0].isspace() else ""
        joined = self._lines[-1] + space + text if self._lines else text
        hangs = closes or text[0] in _NO_LINE_START
        if self._lines and (columns(joined) <= LINE_COLUMNS or hangs):
            self._lines[-1] = joined
        elif len(self._lines) < LINES:
            self._lines.append(text)
        else:
            captions += self._version(now_ms, final=True)
            self._start_ms = max(now_ms, self._last_start_ms + 1)
            self._lines = [text]
        if self._ends_sentence():
            captions += self._version(now_ms, final=True)
        return captions

    def _ends_sentence(self) -> bool:
        line = self._lines[-1]
        match = next((m for m in _SENTENCE_END.finditer(line) if m.end() == len(line)), None)
        return match is not None and not _ABBREVIATION.search(line)

    def _version(self, now_ms: int, *, final: bool) -> list[Caption]:
        assert self._start_ms is not None
        text = "\n".join(self._lines)
        caption = Caption(
            id=f"{self._channel}-{self._start_ms}",
            channel=self._channel,
            start_ms=self._start_ms,
            end_ms=max(self._end_ms, self._start_ms),
            text=text,
            final=final,
        )
        unchanged = text == self._published_text and not final
        self._published_ms, self._published_text = now_ms, text
        if final:
            self._last_start_ms = self._start_ms
            self._start_ms, self._lines, self._published_text = None, [], ""
        return [] if unchanged else [caption]


def columns(text: str) -> int:
    """Display width: wide characters take two columns, combining marks none."""
    return sum(0 if unicodedata.combining(char) else 2 if _is_wide(char) else 1 for char in text)


def _closes(text: str) -> bool:
    """Whether this is the late end of a sentence; the mark `[…]` opens first, and is none."""
    categories = [unicodedata.category(char) for char in text]
    return categories[0] != "Ps" and all(one.startswith("P") for one in categories)


def _is_whole(word: str) -> bool:
    """Whether nothing can be added to this word; after `3.` a digit may follow."""
    return _is_wide(word) or bool(_SENTENCE_END.search(word) and not word[-2:-1].isdigit())


def _is_wide(text: str) -> bool:
    return unicodedata.east_asian_width(text[-1]) in "WF"
