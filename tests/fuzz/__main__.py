"""`python -m tests.fuzz`: every documented address, with requests it allows and others.

The server is a process of its own, with the rehearsal engine behind it. The exit code is 1 if an
answer is a 5xx, or one that the description does not have.
"""

import argparse
import asyncio
import sys
import time
from contextlib import AsyncExitStack
from datetime import date
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.described import Fuzz
from tests.support.processes import TOKEN, broadcaster, rehearsal_server


async def main(examples: int, seed: int, *, interpreted: bool) -> bool:
    """Print what came of it; returns whether all was well."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="broadcaster-fuzz-")))
        settings = {"realtime_url": "http://127.0.0.1:9/v1"}
        if interpreted:
            settings["realtime_url"] = await stack.enter_async_context(rehearsal_server())
        url, process = await stack.enter_async_context(broadcaster(folder, **settings))
        fuzz, began = Fuzz(url, TOKEN, seed), time.monotonic()
        tally = await asyncio.to_thread(fuzz.run, examples)
        took_s = time.monotonic() - began
    for line in tally.lines():
        print(line)
    errors = sum("Traceback" in line or " ERROR " in line for line in process.lines)
    if errors:
        print("".join(process.lines))
    print(
        f"\n{date.today()}, {cpu_count()} cores, seed {seed}: {tally.examples} examples of "  # noqa: DTZ011 - a day for people
        f"{len(tally.statuses)} operations in {took_s:.0f} s, "
        f"{len(tally.failures)} failures, {errors} errors in the server's log"
    )
    return not tally.failures and not errors


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--without-interpreter", action="store_true", help="starts sooner")
    given = parser.parse_args()
    good = asyncio.run(main(given.examples, given.seed, interpreted=not given.without_interpreter))
    sys.exit(0 if good else 1)
