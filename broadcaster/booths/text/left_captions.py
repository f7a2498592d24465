"""The captions that a channel's previous booth left in the stream."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from broadcaster.booths.text.word_replacer import WordReplacer
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus
from broadcaster.model.review.replacements import Replacement

READ_ENTRIES = 400
"""Versions of captions to read: several times those of the sentences that may be repeated."""


@dataclass(frozen=True, slots=True)
class LeftCaptions:
    """The newest captions of a channel, oldest first, each in its newest version."""

    captions: tuple[Caption, ...] = ()

    @property
    def last(self) -> Caption | None:
        """The newest one."""
        return self.captions[-1] if self.captions else None

    @property
    def texts(self) -> list[str]:
        """Their texts, with the space after those that are finished."""
        lines = ((one.text.replace("\n", " "), one.final) for one in self.captions)
        return [f"{text} " if final else text for text, final in lines]

    def texts_as_said(self, channel: str, replacements: Iterable[Replacement]) -> list[str]:
        """Their texts with the words that were replaced, as the engine says them again."""
        replacer = WordReplacer(channel)
        replacer.use(replace(one, find=one.replace, replace=one.find) for one in replacements)
        return [
            "".join(one.text for one in [*replacer.push(text, 0, None), *replacer.flush()])
            for text in self.texts
        ]


async def read_left_captions(bus: Bus, event: str, channel: str) -> LeftCaptions:
    """Read them.

    Raises:
        BusUnavailable: the bus does not answer.
    """
    newest: dict[str, Caption] = {}
    for entry in await bus.latest(keys.captions(event, channel), READ_ENTRIES):
        caption = Caption.from_json(entry.payload)
        if not caption.revision:  # what was said is compared with what is said again
            newest[caption.id] = caption
    return LeftCaptions(tuple(newest.values()))


def letters(text: str) -> int:
    """Count letters and digits: what a caption keeps of a text, however it is spaced and cut."""
    return sum(character.isalnum() for character in text)
