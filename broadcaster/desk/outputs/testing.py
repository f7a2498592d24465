"""Asks the process that sends an output for a test line, and waits for its answer."""

import secrets

from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.output import CaptionOutput
from broadcaster.model.outputs.output_errors import OutputSilent
from broadcaster.model.outputs.progress import OutputTest
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.records.asking import Question, ask

TEST_TIMEOUT_S = 8.0


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
    question = Question(
        topic=output_keys.output_tests(output.event),
        order=order.to_json(),
        answers=output_keys.output_test_answer(order.test),
        parse=OutputTest.from_json,
        is_last=lambda _answer: True,
        name=f"output test:{output.event}",
    )
    try:
        answer = await ask(bus, clock, question, TEST_TIMEOUT_S, nobody_s=TEST_TIMEOUT_S)
    except TimeoutError:
        answer = None
    if answer is None:
        raise OutputSilent
    return answer
