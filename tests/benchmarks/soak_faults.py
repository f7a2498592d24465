"""`make soak`: faults in fresh random sequences; no channel may lose, repeat or mix up a word.

python -m tests.benchmarks.soak_faults --rounds 10
python -m tests.benchmarks.soak_faults --rounds 1 --seed 4711
"""

import argparse
import asyncio
import logging
import random
import sys

from tests.chaos.rehearsed import conversers, run_booths, translators, writers
from tests.chaos.sequences import random_faults, told

LANGUAGES = ("es", "fr", "de", "ja", "ar")
SENTENCES = 12


async def round_of(seed: int) -> bool:
    """Run once and print what happened; False when anything was wrong."""
    cases = [*translators(*LANGUAGES), *conversers(*LANGUAGES), *writers(len(LANGUAGES))]
    faults = random_faults(seed, cases)
    result = await run_booths(cases, faults, SENTENCES, expires_s=50)
    wrong = [
        f"  {case}: {received.text.outcome}; {' '.join(received.state_names)}\n"
        f"    {' '.join(received.text.written.split())}"
        for case, received in result.received.items()
        if not received.text.outcome.right
    ]
    wrong += [f"  {line}" for line in result.checked.invalid[:5]]
    count, events = sum(result.triggered), result.checked.valid.total()
    verdict = f"{len(wrong)} channels wrong" if wrong else "no word wrong"
    print(f"seed {seed}: {count} faults, {events} valid events, {verdict}", flush=True)
    if wrong:
        print(f"{told(faults)}\n" + "\n".join(wrong))
    return not wrong


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, help="of the first round; else a fresh one each")
    options = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    good = True
    for number in range(options.rounds):
        fresh = options.seed is None
        seed = random.SystemRandom().randrange(10**6) if fresh else options.seed + number
        good = asyncio.run(round_of(seed)) and good
    sys.exit(not good)


if __name__ == "__main__":
    main()
