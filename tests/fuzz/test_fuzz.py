"""A short `make fuzz`."""

import asyncio
import sys

import yaml

from tests.fuzz.described import DESCRIPTION
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


def test_where_a_key_can_be_wrong_too_many_can_be() -> None:
    paths = yaml.load(DESCRIPTION.read_text(), yaml.CSafeLoader)["paths"]
    missing = [
        f"{method} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method != "parameters"
        if "401" in operation["responses"] and "429" not in operation["responses"]
    ]
    assert not missing
