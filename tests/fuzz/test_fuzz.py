"""A short `make fuzz`."""

import asyncio
import sys

from tests.support.deadline import deadline

EXAMPLES = 200


async def test_answers_are_those_that_are_described() -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--examples", str(EXAMPLES)]
    process = await asyncio.create_subprocess_exec(
        *(*command, "--without-interpreter"), stdout=asyncio.subprocess.PIPE
    )
    try:
        async with deadline(180):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    print(printed.decode())
    assert process.returncode == 0
