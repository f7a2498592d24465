"""Measure what listeners notice while the first provider is down: a table in docs/providers.md.

    python -m tests.chaos.outage
    python -m tests.chaos.outage --minutes 10 --write
    python -m tests.chaos.outage --real-time

A talk is interpreted by two services. The first one refuses, hangs, or closes every session with
1011, for a third of the minutes each, and then works for `RECOVERY_S`. Both are servers on this
machine that repeat what they hear, word by word, so that each word of text and sound can be
compared with what was said. Without `--real-time` the time is virtual, and minutes take seconds.
"""

import argparse
import asyncio
import logging
from pathlib import Path

from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.consoles.standby import Standby
from broadcaster.model.failover.choices import Failover
from tests.benchmarks.tables import Table, write
from tests.chaos.troubled import Broadcast, Outage, Trouble
from tests.chaos.words import BLOCK, Talk
from tests.support import virtual_time

DOCUMENT = Path(__file__).parents[2] / "docs" / "providers.md"
KINDS = (Trouble.REFUSES, Trouble.HANGS, Trouble.CLOSES)
FIRST_S = 30.0
"""The first service works for so long before any trouble."""
RECOVERY_S = 90.0
"""And for so long after each."""
STANDBY = {Standby.COLD: "opens when needed", Standby.WARM: "listens"}
COLUMNS = (
    "the first provider",
    "the second one",
    "is heard after",
    "the first is back after",
    "longest silence of listeners",
    "captions lost / repeated",
    "sound lost / repeated",
)
NOTE = (
    "Times are from the beginning of the trouble, and from its end. A listener's silence includes "
    "the speaker's own pauses, {pause:.1f} s at most. Words are counted over the whole talk; "
    "*listens* is the warm standby, which had heard {minutes:.1f} minutes of the talk."
)


def outages(minutes: float) -> list[Outage]:
    """One of each kind; together they last for this number of minutes."""
    each_s = minutes * 60 / len(KINDS)
    period_s = each_s + RECOVERY_S
    begins = [FIRST_S + number * period_s for number in range(len(KINDS))]
    return [Outage(kind, begin, begin + each_s) for kind, begin in zip(KINDS, begins, strict=True)]


def longest_pause_s(talk: Talk) -> float:
    """The speaker's longest pause between two words."""
    longest = length = 0
    for frame in talk.frames[:-200]:
        length = 0 if frame.strip(b"\0") else length + 1
        longest = max(longest, length)
    return longest * 0.02


async def measure(minutes: float) -> Table:
    """Play the talk twice: with a second provider that listens, and with one that does not."""
    planned = outages(minutes)
    talk = Talk.of_length(planned[-1].until_s + RECOVERY_S, seed=16)
    rows: list[tuple[str, ...]] = []
    listened = 0.0
    for standby, words in STANDBY.items():
        broadcast = Broadcast(talk, planned, Failover(standby=standby))
        await broadcast.run()
        text, sound = ("{} / {}".format(*one) for one in (broadcast.text, broadcast.sound))
        listened = broadcast.fed_blocks.get(1, 0) * BLOCK / CLOCK_HZ / 60
        rows += [
            (
                outage.trouble.value,
                words,
                f"{broadcast.taken_over_s(outage):.1f} s",
                f"{broadcast.returned_s(outage):.0f} s",
                f"{broadcast.longest_silence_s(outage, RECOVERY_S):.1f} s",
                text,
                sound,
            )
            for outage in planned
        ]
    return Table(
        "outage",
        f"{minutes:g} minutes without the first provider",
        "python -m tests.chaos.outage --write",
        COLUMNS,
        tuple(rows),
        NOTE.format(pause=longest_pause_s(talk), minutes=listened),
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of trouble, all together")
    parser.add_argument("--real-time", action="store_true", help="do not use virtual time")
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    run = asyncio.run if options.real_time else virtual_time.run
    table = run(measure(options.minutes))
    print(table.markdown())
    if options.write:
        write(table, DOCUMENT)


if __name__ == "__main__":
    main()
