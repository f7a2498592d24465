"""Asks a process that runs booths to translate an announcement, and waits for it."""

import secrets

from broadcaster.model.announcements import announcement_keys
from broadcaster.model.announcements.translation import (
    LATE,
    TranslationAnswer,
    TranslationFailed,
    TranslationOrder,
)
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.records.asking import Question, ask

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
    question = Question(
        topic=announcement_keys.TRANSLATION_ORDERS,
        order=order.to_json(),
        answers=announcement_keys.translation_answers(order.id),
        parse=TranslationAnswer.from_json,
        is_last=lambda answer: answer.done,
        name=f"translation:{event.id}",
    )
    try:
        answer = await ask(bus, clock, question, TIMEOUT_S)
    except TimeoutError:
        raise TranslationFailed(*LATE) from None
    if answer is None:
        raise TranslationFailed(
            "no process that runs booths answers",
            "Start one with the role booths. Until then type the texts yourself.",
        )
    if answer.message:
        raise TranslationFailed(answer.message, answer.hint)
    return answer.texts
