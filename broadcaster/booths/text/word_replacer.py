"""Replaces words in the text of a channel, before it becomes captions.

Only whole words are replaced. Text that may be the beginning of such words waits for what follows,
so a word is replaced before it is shown or never. All other text passes at once.
"""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from broadcaster.booths.timing.places import TextPlace
from broadcaster.model.review.replacements import Replacement
from broadcaster.writing.scripts import base_language
from broadcaster.writing.words import is_unspaced_letter, word_borders

_SPACES = re.compile(r"[^\S\u00a0\u202f\u2007]+")
_CONTEXT = 24
"""Characters before and after some words that decide where words end in unspaced scripts."""
_AHEAD = 12
"""Characters that must follow in unspaced scripts, unless a mark or a space follows earlier."""
_WAIT = -1


@dataclass(frozen=True, slots=True)
class PassedText:
    """Text that becomes captions.

    Attributes:
        text: perhaps replaced.
        said: what it was.
        now_ms: event clock, when it came.
        place: when it is spoken; None if that is unknown.
    """

    text: str
    said: str
    now_ms: int
    place: TextPlace | None


@dataclass(frozen=True, slots=True)
class PartPlace:
    """The place of a part of a fragment.

    Attributes:
        whole: of the fragment.
        after: characters of the fragment that follow the part.
        length: of the part as it was said.
    """

    whole: TextPlace
    after: int
    length: int

    def starts_ms(self, left: int) -> int:
        """See `TextPlace`."""
        return self.whole.starts_ms(min(left, self.length) + self.after)

    def ends_ms(self, left: int) -> int:
        """See `TextPlace`."""
        return self.whole.ends_ms(min(left, self.length) + self.after)


@dataclass(slots=True)
class _HeldFragment:
    """The part of a fragment that was not passed on yet."""

    left: int
    now_ms: int
    place: TextPlace | None


class WordReplacer:
    """Replaces the words of one channel's text.

    Args:
        channel: `floor` or a BCP 47 tag; decides where words end in scripts without spaces.
    """

    def __init__(self, channel: str) -> None:
        self._language = "" if channel == "floor" else base_language(channel)
        self._rules: dict[str, list[tuple[str, str]]] = {}
        """Folded words and what takes their place, the longest first, by their first letter."""
        self._before = ""
        self._held = ""
        self._pieces: deque[_HeldFragment] = deque()

    @property
    def holds(self) -> bool:
        """Whether text waits for what follows."""
        return bool(self._held)

    def use(self, replacements: Iterable[Replacement]) -> None:
        """Replace these from now on; of two for the same words the later one counts."""
        found = {_folded(_SPACES.sub(" ", one.find).strip()): one.replace for one in replacements}
        self._rules = {}
        for find in sorted(filter(None, found), key=len, reverse=True):
            self._rules.setdefault(find[0], []).append((find, found[find]))

    def push(self, fragment: str, now_ms: int, place: TextPlace | None) -> list[PassedText]:
        """Add a fragment.

        Args:
            fragment: with its own spacing.
            now_ms: event clock, when it came.
            place: when it is spoken; None if that is unknown.

        Returns:
            The text that can be shown now.
        """
        if not self._rules and not self._held:
            self._before = (self._before + fragment)[-_CONTEXT:]
            return [PassedText(fragment, fragment, now_ms, place)]
        self._held += fragment
        self._pieces.append(_HeldFragment(len(fragment), now_ms, place))
        return self._pass_on(final=False)

    def flush(self) -> list[PassedText]:
        """The text that waits: nothing follows it."""
        return self._pass_on(final=True)

    def _pass_on(self, *, final: bool) -> list[PassedText]:
        text = self._before + self._held
        folded = _folded(text)
        at = begin = len(self._before)
        passed: list[PassedText] = []
        while at < len(text):
            end, replacement = self._match(text, folded, at, final=final)
            if end == _WAIT:
                break
            if end == at:
                at += 1
                continue
            passed += self._plain(text[begin:at])
            said = text[at:end]
            passed.append(self._taken(_cased(replacement, said), said))
            at = begin = end
        passed += self._plain(text[begin:at])
        self._held, self._before = text[at:], text[max(0, at - _CONTEXT) : at]
        return passed

    def _match(self, text: str, folded: str, at: int, *, final: bool) -> tuple[int, str]:
        """The end of words that are replaced from here, and what takes their place.

        Returns:
            `at` if nothing is replaced here, `_WAIT` if that depends on what follows.
        """
        for find, replacement in self._rules.get(folded[at], ()):
            end = at + len(find)
            if folded.startswith(find, at):
                if not final and not _is_decided(text, end):
                    return _WAIT, ""
                if self._is_border(text, at) and self._is_border(text, end):
                    return end, replacement
            elif not final and find.startswith(folded[at:]) and self._may_begin(text, at):
                return _WAIT, ""
        return at, ""

    def _may_begin(self, text: str, at: int) -> bool:
        """Whether a word may begin here; in unspaced scripts that is not known yet."""
        unspaced = at > 0 and _is_unspaced_between(text, at)
        return at == 0 or unspaced or not _goes_on(text[at - 1], text[at])

    def _is_border(self, text: str, at: int) -> bool:
        """Whether no word goes on across this place."""
        if at in {0, len(text)}:
            return True
        if not _is_unspaced_between(text, at):
            return not _goes_on(text[at - 1], text[at])
        first = max(0, at - _CONTEXT)
        return at - first in word_borders(text[first : at + _CONTEXT], self._language)

    def _plain(self, said: str) -> Iterable[PassedText]:
        """Text that stays as it is, each part with the place of its fragment."""
        while said:
            length = min(len(said), self._pieces[0].left)
            yield self._taken(said[:length], said[:length])
            said = said[length:]

    def _taken(self, text: str, said: str) -> PassedText:
        """The next text, which has the place of the fragment in which it began."""
        first = self._pieces[0]
        length = min(len(said), first.left)
        place = first.place and PartPlace(first.place, first.left - length, length)
        rest = len(said)
        while rest:
            piece = self._pieces[0]
            used = min(rest, piece.left)
            piece.left -= used
            rest -= used
            if not piece.left:
                self._pieces.popleft()
        while self._pieces and not self._pieces[0].left:
            self._pieces.popleft()
        return PassedText(text, said, first.now_ms, place)


def _folded(text: str) -> str:
    """A text as it is compared, with as many characters."""
    return "".join(
        " " if one.isspace() else lower if len(lower := one.lower()) == 1 else one for one in text
    )


def _is_unspaced_between(text: str, at: int) -> bool:
    """Whether letters of a script without spaces are before and after a place."""
    return is_unspaced_letter(text[at - 1]) and is_unspaced_letter(text[at])


def _goes_on(char: str, following: str) -> bool:
    """Whether a word goes on from one character to the next."""
    return (char.isalnum() or char == "_") and (
        following.isalnum() or following == "_" or not following.isprintable()
    )


def _is_decided(text: str, end: int) -> bool:
    """Whether enough follows to know if a word ends here."""
    following = text[end:]
    if not following:
        return False
    if not _is_unspaced_between(text, end):
        return True
    return len(following) >= _AHEAD or not all(map(is_unspaced_letter, following))


def _cased(replacement: str, said: str) -> str:
    """The replacement with a capital at its beginning, or in capitals, if the words were so."""
    letters = [one for one in said if one.isalpha()]
    if len(letters) > 1 and all(map(str.isupper, letters)):
        return replacement.upper()
    if letters and letters[0].isupper() and replacement[:1].islower():
        return replacement[0].upper() + replacement[1:]
    return replacement
