"""Asks a process that runs booths to translate an announcement, and waits for it."""

import asyncio
import secrets

from broadcaster.model import keys
from broadcaster.model.announcements.translation import (
    LATE,
    TranslationAnswer,
    TranslationFailed,
    TranslationOrder,
)
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock, Subscription
from broadcaster.system.tasks import first_of

ASK_AGAIN_S = 1.0
"""The bus may lose an order."""
NOBODY_S = 5.0
"""Without any answer for this long, no process runs booths."""
TIMEOUT_S = 40.0


async def translate(bus: Bus, clock: Clock, event: Event, text: str, source: str) -> dict[str, str]:
    """Have the event's provider translate a text.

    Args:
        bus: reaches the processes that run booths.
        clock: time.
        event: whose languages are wanted.
        text: at most `LONGEST_TEXT`.
        source: its language, a tag; empty if that is not known.

    Returns:
        The translations by language; one that is missing could not be made.

    Raises:
        TranslationFailed: nothing was translated.
    """
    languages = tuple(one.language for one in event.channels if one.language != source)
    order = TranslationOrder(secrets.token_hex(8), event.id, text, source, languages)
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            bus.subscribe(keys.translation_answers(order.id), depth=4) as answers,
        ):
            answer = await _answer(bus, clock, order, answers)
    except TimeoutError:
        raise TranslationFailed(*LATE) from None
    if answer.message:
        raise TranslationFailed(answer.message, answer.hint)
    return answer.texts


async def _answer(
    bus: Bus, clock: Clock, order: TranslationOrder, answers: Subscription
) -> TranslationAnswer:
    """Ask until a process has taken the order, then wait for its answer."""
    found: list[TranslationAnswer] = []

    async def ask() -> None:
        waited_s = 0.0
        while not found and waited_s < NOBODY_S:
            bus.publish(keys.TRANSLATION_ORDERS, order.to_json())
            await clock.sleep(ASK_AGAIN_S)
            waited_s += ASK_AGAIN_S
        if found:
            await asyncio.get_running_loop().create_future()

    async def hear() -> None:
        async for message in answers:
            try:
                answer = TranslationAnswer.from_json(message.payload)
            except ValueError:
                continue
            found.append(answer)
            if answer.done:
                return

    await first_of(ask(), hear(), name=f"translation:{order.event}")
    if not found:
        raise TranslationFailed(
            "no process that runs booths answers",
            "Start one with the role booths. Until then type the texts yourself.",
        )
    return found[-1]
