"""`python -m tests.interpreter.changes`: speakers of two languages, one after the other.

The voices of the prepared talk say two sentences in one language, two in another, and so on, with
pauses between them. Counted are the words that are wrong, missing or too many in the sentences
right after a change, in all others, and where Whisper reads each of these sentences by itself and
is told its language. Two more rows have answers of one word in another language, and names of
another language within a sentence. `--first` takes other sentences.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.speaking.natural_voice import NaturalVoice
from broadcaster.rehearsal.talk import rendered
from broadcaster.rehearsal.whisper.engine import Whisper
from broadcaster.rehearsal.whisper.hypothesis import SpeechModel
from broadcaster.rehearsal.whisper.model_files import find_model, usable_cores
from broadcaster.rehearsal.wire.constants import BYTES_PER_MS
from tests.benchmarks.tables import Table, write
from tests.interpreter.documents import DOCUMENT
from tests.interpreter.human_speech import silence
from tests.interpreter.judging import Listener, errors
from tests.interpreter.stepwise import recognised

PAIRS = ("es-fr", "en-es", "fr-en", "en-ja", "zh-en", "it-pt")
PAUSES_S = (0.3, 0.7, 2.0, 6.0)
_TURNS = 8
_ANSWER_PAUSE_S = 0.7
_SENTENCE_PAUSE_MS, _AFTER_MS = 1_200, 1_000
_COLUMNS = (
    *("speakers", "pause", "changes", "words after them", "wrong", "wrong when read alone"),
    *("words of the others", "wrong", "another language found"),
)
_NOTE = (
    "Words that are wrong, missing or too many; of Chinese and Japanese sounds. *Read alone*: "
    "Whisper reads a sentence that follows a change by itself, and is told its language. *Another "
    "language found*: sentences with a part that was taken for another language. The clock is "
    "that of the sound, and the speech is synthetic."
)
ANSWERS = (
    ("es", "¿Quieren hacer una pausa ahora?"),
    ("fr", "Non, merci."),
    ("en", "Shall we go on with the next question?"),
    ("es", "Por supuesto."),
    ("it", "Possiamo cominciare la seconda parte della riunione?"),
    ("en", "Certainly."),
    ("fr", "Est-ce que tout le monde peut m'entendre?"),
    ("pt", "Perfeitamente."),
)
NAMES = (
    ("es", "Mi amigo Jean-Baptiste Lefebvre trabaja en un hospital de Bordeaux."),
    ("fr", "Nous avons rencontré Giuseppe Bianchi à San Gimignano la semaine dernière."),
    ("en", "My colleague José Luis Rodríguez comes from San Sebastián."),
    ("it", "Il professor William Johnson insegna a Cambridge da molti anni."),
    ("pt", "A empresa Schwarzkopf und Müller tem um escritório em Lisboa."),
)


@dataclass(frozen=True)
class Turn:
    """One sentence.

    Attributes:
        language: ISO 639-1 code.
        text: as it is written.
        pcm: s16le mono 24 kHz.
        pause_ms: the silence after it.
    """

    language: str
    text: str
    pcm: bytes
    pause_ms: int


@dataclass
class Count:
    """Words of some turns.

    Attributes:
        turns: how many there were.
        words: that were said.
        wrong: of them.
        alone: wrong when Whisper reads the sentence by itself.
        misplaced: turns in which another language was found.
    """

    turns: int = 0
    words: int = 0
    wrong: int = 0
    alone: int = 0
    misplaced: int = 0


def alternating(languages: Sequence[str], pause_s: float, first: int) -> Iterator[Turn]:
    """Two sentences in each language, in turn."""
    voices = rendered.load()
    for number in range(_TURNS):
        language = languages[number // 2 % len(languages)]
        known = [one for one in talk.load().sentences if language in one.translations]
        one = known[(first + number) % len(known)]
        pcm = voices.sound(one.spoken_text(language), language)[: -rendered.END_PAUSE_MS * 48]
        pause_ms = round(pause_s * 1000) if number % 2 else _SENTENCE_PAUSE_MS
        yield Turn(language, one.translations[language], pcm, pause_ms)


async def spoken(sentences: Sequence[tuple[str, str]], pause_s: float) -> list[Turn]:
    """Sentences by the natural voice."""
    voice = NaturalVoice(latest_s=600.0)
    turns = list[Turn]()
    for language, text in sentences:
        pcm = await voice.speak(text, language)
        assert pcm is not None, f"no natural voice speaks {language}"
        turns.append(Turn(language, text, pcm, round(pause_s * 1000)))
    await voice.close()
    return turns


def heard_in(turns: Sequence[Turn], phrases: Sequence[Recognition]) -> list[list[Recognition]]:
    """The phrases of each turn, by the time of their middle."""
    heard, at_ms = list[list[Recognition]](), 0.0
    middles = [(one.middle_ms(), one) for one in phrases]
    for number, turn in enumerate(turns):
        length_ms = len(turn.pcm) // BYTES_PER_MS + turn.pause_ms
        until_ms = at_ms + length_ms - turn.pause_ms / 2
        last = number == len(turns) - 1
        begin_ms = at_ms - (turns[number - 1].pause_ms / 2 if number else 0)
        heard.append([p for ms, p in middles if begin_ms <= ms and (last or ms < until_ms)])
        at_ms += length_ms
    return heard


def counted(
    listener: Listener, turns: Sequence[Turn], phrases: Sequence[Recognition]
) -> tuple[Count, Count]:
    """The words of the turns after a change, and those of the others."""
    changed, others, language = Count(), Count(), turns[0].language
    for turn, heard in zip(turns, heard_in(turns, phrases), strict=True):
        count = others if turn.language == language else changed
        language = turn.language
        text = " ".join(one.text for one in heard)
        wrong, said = errors(turn.text, text, language)
        found = {one.language for one in heard} - {language}
        alone = listener.hear(turn.pcm, language)[0] if count is changed else turn.text
        count.turns += 1
        count.words += said
        count.wrong += wrong
        count.alone += errors(turn.text, alone, language)[0]
        count.misplaced += bool(found)
        if wrong or found:
            print(f"    {language} {wrong}/{said} {' '.join(sorted(found))}: {turn.text}")
            print(f"        heard: {text}\n        alone: {alone}", flush=True)
    return changed, others


def row(model: SpeechModel, name: str, turns: Sequence[Turn]) -> tuple[str, ...]:
    """The figures of some turns; prints the sentences that are wrong."""
    pause_s = min(turn.pause_ms for turn in turns) / 1000
    print(f"{name}, {pause_s:g} s", flush=True)
    pcm = b"".join(turn.pcm + silence(turn.pause_ms) for turn in turns)
    reports = recognised(model, pcm + silence(_AFTER_MS))
    phrases = [one.heard for one in reports if one.heard.kind == "words"]
    changed, others = counted(Listener(model), turns, phrases)
    return (
        *(name, f"{pause_s:g} s", str(changed.turns), str(changed.words), str(changed.wrong)),
        *(str(changed.alone), str(others.words), str(others.wrong)),
        str(changed.misplaced + others.misplaced),
    )


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreter.changes")
    parser.add_argument("--pairs", nargs="*", default=list(PAIRS), help="languages, as in es-fr")
    parser.add_argument("--pauses", nargs="*", type=float, default=list(PAUSES_S), help="seconds")
    parser.add_argument("--first", type=int, default=0, help="sentence of the prepared talk")
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    model = Whisper(find_model(None, usable_cores()), usable_cores())
    rows = [
        row(model, pair, list(alternating(pair.split("-"), pause_s, options.first)))
        for pair in options.pairs
        for pause_s in options.pauses
    ]
    for name, sentences in (("answers of one word", ANSWERS), ("names", NAMES)):
        rows.append(row(model, name, await spoken(sentences, _ANSWER_PAUSE_S)))
    command = ["python -m tests.interpreter.changes", *sys.argv[1:]]
    table = Table("changes", "Changes of language", " ".join(command), _COLUMNS, tuple(rows), _NOTE)
    print(table.markdown())
    if options.write:
        write(table, DOCUMENT)


if __name__ == "__main__":
    asyncio.run(main())
