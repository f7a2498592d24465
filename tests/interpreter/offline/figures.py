"""The figures of each section of the programme."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import sacrebleu

from broadcaster.model.audio import CLOCK_HZ
from tests.interpreter.human_speech import plain_words, word_errors
from tests.interpreter.judging import Listener
from tests.interpreter.offline.audience import Channel, NewWords
from tests.interpreter.offline.broadcast import Broadcast
from tests.interpreter.offline.programme import Programme, Section, Sentence
from tests.interpreter.offline.sound_of_nobody import (
    LEAD_S,
    Kind,
    Piece,
    are_known,
    pieces_of_nobody,
)
from tests.interpreter.spoken_words import Delays, Place
from tests.support.sound import Samples

_PIECE_S = 20.0
_STEP_S = 0.1
_VOICE_AFTER_S = 6.0
"""The voice may speak this much longer than its section's text comes."""


@dataclass(frozen=True)
class Figures:
    """All that came of a section.

    Attributes:
        section: what was played.
        floor_words: of the captions of the original.
        english: text of the interpretation; of a section in which nobody speaks, what was not
            said before.
        errors: words of the original that are wrong, missing or too many.
        text: delays of the text that a reader in English has.
        voice: delays of the voice in English.
        voice_errors: words of the English text that are not understood in the voice.
        of_nobody: sound in English although nobody speaks in the section.
        cores: cores that the interpreter and the server used.
    """

    section: Section
    floor_words: Sequence[str]
    english: str
    errors: int
    text: Delays
    voice: Delays
    voice_errors: int
    of_nobody: Sequence[Piece]
    cores: tuple[float, float]

    def of_nobody_s(self, kind: Kind) -> float:
        """Seconds of the sound of a kind."""
        return sum(one.end_s - one.begin_s for one in self.of_nobody if one.kind == kind)

    @property
    def english_words(self) -> list[str]:
        """The words of the interpretation."""
        return plain_words(self.english)

    def chrf(self) -> float:
        """Of the interpretation against the original in English."""
        reference = " ".join(one.english for one in self.section.sentences)
        return float(sacrebleu.corpus_chrf([self.english], [[reference]]).score)


def figures(programme: Programme, heard: Broadcast) -> list[Figures]:
    """The figures of all sections; takes a third of a second for a second of voice."""
    first = programme.sections[0]
    begin = round(first.begin_s * CLOCK_HZ) * 2
    moved_s = heard.floor.begin_of(bytes(programme.pcm[begin : begin + 4 * CLOCK_HZ]))
    moved_s -= first.begin_s
    clock_s = heard.floor.delay_s()
    timeline = _Timeline(programme, heard, moved_s, clock_s, Listener())
    return [timeline.figures(section) for section in programme.sections]


@dataclass(frozen=True)
class _Timeline:
    """Turns times of the event into those of the programme.

    Attributes:
        programme: what was played.
        heard: by the audience.
        moved_s: event-clock second at which the programme began.
        clock_s: when a listener of the floor has what is at position 0 of the event.
        listener: understands the voice.
    """

    programme: Programme
    heard: Broadcast
    moved_s: float
    clock_s: float
    listener: Listener

    def figures(self, section: Section) -> Figures:
        """Those of one section."""
        original, english = (
            self._news(self.heard.floor, section),
            self._news(self.heard.english, section),
        )
        spoken = [word for word, _ in section.words]
        floor_words = plain_words(self._text(self.heard.floor, section))
        begin_s = section.begin_s + self.moved_s + self.clock_s
        until_s = section.until_s + self.moved_s + self.clock_s
        text, voice, voice_errors = Delays(), Delays(), 0
        of_nobody: Sequence[Piece] = ()
        translation = self._text(self.heard.english, section)
        if section.kind == "human":
            place = Place(section.words)
            for one in original:
                for end_s in place.read(" ".join(one.words)):
                    text.add(end_s, one.at_s)
        if section.kind == "spoken":
            words = [(word, one.at_s) for one in english for word in one.words]
            text = _sentence_delays(section.sentences, words)
            understood = self._voice(section)
            voice = _sentence_delays(section.sentences, understood)
            voice_errors = word_errors([word for word, _ in words], [one for one, _ in understood])
        if section.kind == "sound":
            of_nobody = self._sound_of_nobody(section)
            if are_known(plain_words(translation), self._said_before(section)):
                translation = ""
        return Figures(
            section,
            floor_words,
            translation,
            word_errors(spoken, floor_words),
            text,
            voice,
            voice_errors,
            of_nobody,
            (
                self.heard.interpreter.per_second(begin_s, until_s),
                self.heard.server.per_second(begin_s, until_s),
            ),
        )

    def _news(self, channel: Channel, section: Section) -> list[NewWords]:
        """The words of a channel that came while the section or the silence after it was heard."""
        moved = [NewWords(one.at_s - self.moved_s, one.words) for one in channel.news(self.clock_s)]
        return [one for one in moved if section.begin_s <= one.at_s < section.until_s]

    def _text(self, channel: Channel, section: Section) -> str:
        """The text of a section as it was written: what was said in it, or was then in English."""
        newest = dict[str, str]()
        for came_s, caption in channel.captions:
            at_s = came_s - self.clock_s
            if channel is self.heard.floor:
                at_s = caption.end_ms / 1000
            if section.begin_s <= at_s - self.moved_s < section.until_s:
                newest[caption.id] = " ".join(caption.text.split())
        return " ".join(newest.values())

    def _sound(self, channel: Channel, begin_s: float, end_s: float) -> Samples:
        """The sound of a channel between two seconds of the programme."""
        first_s = channel.first_s() - self.moved_s
        begin, end = (max(0, round((one - first_s) * CLOCK_HZ)) for one in (begin_s, end_s))
        return channel.sound[begin:end]

    def _said_before(self, section: Section) -> list[str]:
        """The words of the interpretation in all sections before."""
        before = [one for one in self.programme.sections if one.begin_s < section.begin_s]
        return plain_words(" ".join(self._text(self.heard.english, one) for one in before))

    def _sound_of_nobody(self, section: Section) -> list[Piece]:
        """The sound in English from the begin of a section on."""
        return pieces_of_nobody(
            self._sound(self.heard.english, section.begin_s - LEAD_S, section.until_s),
            self._sound(self.heard.floor, section.begin_s - 2 * LEAD_S, section.until_s),
            self._said_before(section),
            lambda piece: self.listener.hear(_pcm(piece), "en")[0],
        )

    def _voice(self, section: Section) -> list[tuple[str, float]]:
        """The words of the voice in a section, each with the second at which it begins."""
        words, at_s = list[tuple[str, float]](), section.begin_s
        end_s = section.until_s + _VOICE_AFTER_S
        sound = self._sound(self.heard.english, at_s, end_s)
        while len(sound) > CLOCK_HZ:
            size = _quietest(sound)
            words += [
                (word, at_s + begin_s)
                for text, begin_s in self.listener.timed(_pcm(sound[:size]), "en")
                for word in plain_words(text)
            ]
            at_s, sound = at_s + size / CLOCK_HZ, sound[size:]
        return words


def _pcm(sound: Samples) -> bytes:
    return np.clip(np.rint(sound), -32_768, 32_767).astype("<i2").tobytes()


def _quietest(sound: Samples) -> int:
    """Where to cut a sound that is too long for one look: in a quiet place before `_PIECE_S`."""
    if len(sound) <= _PIECE_S * CLOCK_HZ:
        return len(sound)
    step = round(_STEP_S * CLOCK_HZ)
    first, last = round(_PIECE_S / 2 * CLOCK_HZ), round(_PIECE_S * CLOCK_HZ)
    starts = range(first, last - step, step)
    levels = [float(np.mean(sound[start : start + step] ** 2)) for start in starts]
    return starts[int(np.argmin(levels))] + step // 2


def _sentence_delays(sentences: Sequence[Sentence], words: Sequence[tuple[str, float]]) -> Delays:
    """From the end of each sentence to the first word of its interpretation.

    Words are those of the interpretation with their times. They are matched with the sentences in
    English, in their order; a sentence of which no two words in a row are found is left out.
    """
    said = [
        (word, number) for number, one in enumerate(sentences) for word in plain_words(one.english)
    ]
    matcher = SequenceMatcher(
        None, [word for word, _ in said], [word for word, _ in words], autojunk=False
    )
    firsts = dict[int, float]()
    for block in matcher.get_matching_blocks():
        for offset in range(block.size if block.size > 1 else 0):
            number, at_s = said[block.a + offset][1], words[block.b + offset][1]
            if at_s >= sentences[number].begin_s:
                firsts.setdefault(number, at_s)
    delays = Delays()
    for number, at_s in firsts.items():
        delays.add(sentences[number].end_s, at_s)
    return delays
