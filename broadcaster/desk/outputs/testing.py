"""Asks the process that sends an output for a test line, and waits for its answer."""

import asyncio
import secrets

from broadcaster.model import keys
from broadcaster.model.outputs.output import CaptionOutput
from broadcaster.model.outputs.output_errors import OutputSilent
from broadcaster.model.outputs.progress import OutputTest
from broadcaster.model.ports import Bus, Clock
from broadcaster.system.tasks import first_of

TEST_TIMEOUT_S = 8.0
ASK_AGAIN_S = 1.0
"""The bus may lose an order."""


async def send_test_line(bus: Bus, clock: Clock, output: CaptionOutput, text: str) -> OutputTest:
    """Have a test line sent to an output.

    Args:
        bus: reaches the process that sends it.
        clock: time.
        output: where it goes.
        text: the line.

    Raises:
        OutputSilent: no process has answered in time.
    """
    order = OutputTest(secrets.token_hex(8), output.id, text)
    found: list[OutputTest] = []

    async def ask() -> None:
        while True:
            bus.publish(keys.output_tests(output.event), order.to_json())
            await clock.sleep(ASK_AGAIN_S)

    try:
        async with (
            asyncio.timeout(TEST_TIMEOUT_S),
            bus.subscribe(keys.output_test_answer(order.test), depth=4) as answers,
        ):

            async def hear() -> None:
                async for message in answers:
                    try:
                        found.append(OutputTest.from_json(message.payload))
                    except ValueError:
                        continue
                    return

            await first_of(ask(), hear(), name=f"output test:{output.event}")
    except TimeoutError:
        raise OutputSilent from None
    return found[0]
