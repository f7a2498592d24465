"""Asks one of several processes by the bus, which may lose a message, and waits for its answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from broadcaster.model.ports import Bus, Clock
from broadcaster.system.tasks import first_of

ASK_AGAIN_S = 1.0
"""The bus may lose an order."""
NOBODY_S = 5.0
"""Without any answer for this long, no process takes the order."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Question(Generic[Answer]):
    """An order, and where it is answered.

    Attributes:
        topic: of the order.
        order: its form. It has an id: the order comes again, and is carried out once.
        answers: topic of the answers to this order.
        parse: reads an answer; a ValueError skips the message.
        is_last: whether nothing follows an answer. The ones before it say that the order is taken.
        name: of the tasks.
    """

    topic: str
    order: bytes
    answers: str
    parse: Callable[[bytes], Answer]
    is_last: Callable[[Answer], bool]
    name: str


async def ask(
    bus: Bus,
    clock: Clock,
    question: Question[Answer],
    timeout_s: float,
    nobody_s: float | None = None,
) -> Answer | None:
    """Ask until a process has taken the order, then wait for its last answer.

    Args:
        bus: reaches the processes.
        clock: time.
        question: the order.
        timeout_s: from the first message to the last answer.
        nobody_s: the order is given up if none has taken it for this long; None for `NOBODY_S`.

    Returns:
        The last answer; None if no process has taken the order.

    Raises:
        TimeoutError: a process has taken it, but did not finish in time.
    """
    found: list[Answer] = []
    give_up_s = NOBODY_S if nobody_s is None else nobody_s

    async def send() -> None:
        waited_s = 0.0
        while not found and waited_s < give_up_s:
            bus.publish(question.topic, question.order)
            await clock.sleep(ASK_AGAIN_S)
            waited_s += ASK_AGAIN_S
        if found:
            await asyncio.get_running_loop().create_future()

    async with asyncio.timeout(timeout_s), bus.subscribe(question.answers, depth=4) as messages:

        async def hear() -> None:
            async for message in messages:
                try:
                    found.append(question.parse(message.payload))
                except ValueError:
                    continue
                if question.is_last(found[-1]):
                    return

        await first_of(send(), hear(), name=question.name)
    return found[-1] if found else None
