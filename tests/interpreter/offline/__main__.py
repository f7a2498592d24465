"""`python -m tests.interpreter.offline`: the local interpreter on a machine without a network.

The command moves into a network namespace that has loopback alone, which needs root or user
namespaces. There it runs `broadcaster interpreter` and `broadcaster serve` with
`BROADCASTER_PROVIDER=local`, and plays a programme on the stage: human speech in English, the
prepared talk in Spanish, French, Italian and Portuguese, then hum, applause and music. It reads the
captions and hears the voice as the audience does. Delays begin when a listener of the original has
heard the word, or the last word of a sentence. They end when the text is there, and when the voice
begins to say it.
"""

import argparse
import asyncio
import sys

from tests.benchmarks.tables import Table, write
from tests.interpreter.documents import DOCUMENT
from tests.interpreter.offline.broadcast import broadcast
from tests.interpreter.offline.figures import Figures, figures
from tests.interpreter.offline.namespace import bring_loopback_up, found, is_alone, run_alone
from tests.interpreter.offline.programme import programme
from tests.interpreter.offline.sound_of_nobody import Kind
from tests.interpreter.spoken_words import Delays

_COLUMNS = (
    *("sound", "length", "words", "word errors", "chrF of the English", "text p50", "text p95"),
    *("text, a minute", "voice p50", "voice p95", "voice not understood"),
    *("cores: interpreter", "server"),
)
_MOST_ERRORS, _P50_S, _P95_S = 0.05, 4.0, 7.0
"""The goals."""
_SILENT = (
    "silent where nobody speaks: {:.1f} s invented, and {:.1f} s of a late voice, {:.1f} s of the "
    "floor"
)
_NOTE = (
    "From the end of a word (human speech, captions of the original) or of a sentence (the others, "
    "captions and voice in English) to the text and to the begin of the voice. *A minute* is how "
    "much the delay grows in one. *Not understood* is how many words of the captions Whisper base "
    "does not find in the voice. The speech of the four languages is synthetic."
)


def row(one: Figures) -> tuple[str, ...]:
    """The cells of one section."""
    section, said = one.section, len(one.section.words)
    voice_words = len(one.english_words)
    cells = (
        section.name,
        f"{section.end_s - section.begin_s:.0f} s",
        str(said or len(one.floor_words) + voice_words),
        f"{one.errors / said:.1%}" if said else "–",
        f"{one.chrf():.0f}" if section.kind == "spoken" else "–",
        *one.text.cells()[1:],
        *one.voice.cells()[1:3],
        f"{one.voice_errors / voice_words:.1%}" if one.voice.delays_s else "–",
        *(f"{cores:.2f}" for cores in one.cores),
    )
    return cells if section.kind != "sound" else (f"{section.name} (words invented)", *cells[1:])


def verdicts(results: list[Figures]) -> list[tuple[bool, str]]:
    """Whether each goal was met, and the goal."""
    found_words = [one for one in results if one.section.kind != "sound"]
    sounds = [one for one in results if one.section.kind == "sound"]
    human = [one for one in results if one.section.kind == "human"]
    text, voice = _all([one.text for one in found_words]), _all([one.voice for one in found_words])
    invented = sum(len(one.floor_words) + len(one.english_words) for one in sounds)
    kinds: tuple[Kind, ...] = ("invented", "late", "floor")
    nobody_s = [sum(one.of_nobody_s(kind) for one in sounds) for kind in kinds]
    wrong, said = (sum(one.errors for one in human), sum(len(one.section.words) for one in human))
    return [
        (
            wrong <= _MOST_ERRORS * said,
            f"at most {_MOST_ERRORS:.0%} word errors: {wrong / said:.1%}",
        ),
        (_meets(text), f"text {_P50_S:g}/{_P95_S:g} s: {' / '.join(text.cells()[1:3])}"),
        (_meets(voice), f"voice {_P50_S:g}/{_P95_S:g} s: {' / '.join(voice.cells()[1:3])}"),
        (not invented, f"nothing invented: {invented} words"),
        (not nobody_s[0], _SILENT.format(*nobody_s)),
    ]


def _all(delays: list[Delays]) -> Delays:
    return Delays(
        [at_s for one in delays for at_s in one.at_s],
        [delay_s for one in delays for delay_s in one.delays_s],
    )


def _meets(delays: Delays) -> bool:
    if len(delays.delays_s) < 2:
        return False
    p50, p95 = (float(cell.split()[0]) for cell in delays.cells()[1:3])
    return p50 <= _P50_S and p95 <= _P95_S


async def main(options: argparse.Namespace) -> int:
    """Measure and print; returns the exit code."""
    bring_loopback_up()
    alone = found()
    print(*alone, sep="\n", flush=True)
    whole = programme(options.minutes, options.sentences, options.sounds * 60)
    print(f"The programme lasts {whole.now_s / 60:.1f} minutes.", flush=True)
    results = await asyncio.to_thread(figures, whole, await broadcast(whole, options.cores))
    for one in results:
        print(f"{one.section.name}: {one.english or ' '.join(one.floor_words)}")
        for piece in one.of_nobody:
            print(f"  English from {piece}")
    goals = verdicts(results)
    table = Table(
        "offline",
        "Without a network",
        f"python -m tests.interpreter.offline --minutes {options.minutes:g} --sounds "
        f"{options.sounds:g} --write",
        _COLUMNS,
        tuple(map(row, results)),
        " ".join(
            [*alone, _NOTE, *(f"{'Met' if met else 'Missed'}: {goal}." for met, goal in goals)]
        ),
    )
    print(table.markdown())
    if options.write:
        write(table, DOCUMENT)
    return 0 if all(met for met, _ in goals) else 1


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreter.offline")
    parser.add_argument("--minutes", type=float, default=4.0, help="of human speech")
    parser.add_argument("--sentences", type=int, default=10, help="in each other language")
    parser.add_argument("--sounds", type=float, default=0.7, help="minutes of each other sound")
    parser.add_argument("--cores", type=int, default=2, help="for the interpreter")
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    return parser.parse_args()


if __name__ == "__main__":
    chosen = arguments()
    if is_alone():
        sys.exit(asyncio.run(main(chosen)))
    sys.exit(run_alone("tests.interpreter.offline", sys.argv[1:]))
