"""The captions of a channel with the moments at which their text was shown."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from broadcaster.model.caption import Caption


@dataclass(frozen=True, slots=True)
class Growth:
    """A version of a caption.

    Attributes:
        at_ms: event clock, when it was stored and sent to readers.
        length: of its text.
    """

    at_ms: int
    length: int


@dataclass(frozen=True, slots=True)
class SpokenCaption:
    """One caption as it was said.

    Attributes:
        id: of the caption.
        start_ms: event clock, when its first word is said on the floor or heard on its channel.
        end_ms: event clock, when its last word ends.
        text: as it was said, before any reviewer changed it.
        growth: its versions, oldest first.
        erased: characters that were shown and taken back, without those of reviewers.
        corrected: a reviewer changed it.
    """

    id: str
    start_ms: int
    end_ms: int
    text: str
    growth: tuple[Growth, ...]
    erased: int = 0
    corrected: bool = False

    @property
    def line(self) -> str:
        """Its text in one line."""
        return " ".join(self.text.splitlines())

    def shown_ms(self, end: int) -> int:
        """Event clock, when the characters before `end` of its text were shown."""
        return next((one.at_ms for one in self.growth if one.length >= end), self.growth[-1].at_ms)

    def spoken_ms(self, end: int) -> int:
        """Event clock, when the characters before `end` have been said, at an even pace."""
        lasts_ms = self.end_ms - self.start_ms
        return self.start_ms + round(lasts_ms * end / max(1, len(self.text)))


@dataclass(slots=True)
class _Growing:
    caption: Caption
    growth: list[Growth]
    erased: int = 0
    corrected: bool = False
    hidden: bool = False


@dataclass(slots=True)
class SpokenHistory:
    """Collects the versions of a channel's captions, in the order of its stream.

    Attributes:
        hidden: captions that a reviewer hid; their text is not given out.
    """

    hidden: int = 0
    _captions: dict[str, _Growing] = field(default_factory=dict)

    def add(self, caption: Caption, at_ms: int) -> None:
        """Take the next version.

        Args:
            caption: as it is on the stream.
            at_ms: event clock, when it was stored.
        """
        known = self._captions.get(caption.id)
        if known is None:
            growth = [Growth(at_ms, len(caption.text))]
            self._captions[caption.id] = _Growing(caption, growth)
        elif caption.revision:
            known.corrected = known.corrected or caption.corrected
            known.hidden = caption.hidden
        else:
            known.erased += _taken_back(known.caption.text, caption.text)
            known.caption = caption
            known.growth.append(Growth(at_ms, len(caption.text)))

    def captions(self) -> tuple[SpokenCaption, ...]:
        """All captions that are not hidden, by the time at which they begin."""
        self.hidden = sum(one.hidden for one in self._captions.values())
        return tuple(sorted(self._shown(), key=lambda one: one.start_ms))

    def _shown(self) -> Iterator[SpokenCaption]:
        for one in self._captions.values():
            said = one.caption
            if not one.hidden and said.text:
                yield SpokenCaption(
                    said.id,
                    said.start_ms,
                    said.end_ms,
                    said.text,
                    tuple(one.growth),
                    one.erased,
                    one.corrected,
                )


def _taken_back(before: str, after: str) -> int:
    """Characters of a version that are not in the next one; a new line break takes back none."""
    old, new = " ".join(before.split()), " ".join(after.split())
    same = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(new))
    return max(0, len(old) - same)
