"""Translates announcements by the event's provider, as a desk orders it.

One short session of the conversational model translates into all languages. A text is sent as data
for one response after the other; none of them knows another one. Only the cost is kept.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable

from broadcaster.booths.engines.instructions import announcement_instructions
from broadcaster.booths.engines.opening import Engines
from broadcaster.errors import BusUnavailable, InterpreterFailed, VersionConflict
from broadcaster.model import keys
from broadcaster.model.announcements import announcement_keys
from broadcaster.model.announcements.announcement import LONGEST_TEXT
from broadcaster.model.announcements.translation import LATE, TranslationAnswer, TranslationOrder
from broadcaster.model.event import EngineKind, Event
from broadcaster.model.ports import Bus
from broadcaster.model.records.reading import readable_messages
from broadcaster.model.spending.spent import add_cost
from broadcaster.realtime.protocol.settings import ConversationConfig
from broadcaster.realtime.session_events import OutputText, SegmentDone, SegmentLost, Usage
from broadcaster.realtime.socket.conversation import ConversationConnection, open_conversation

log = logging.getLogger("broadcaster.booths")

TRANSLATION_TIMEOUT_S = 35.0
SPENT_ON_ANNOUNCEMENTS = "announcements"
"""The name of their cost in an event's spending; no channel has it."""
_MOST_ORDERS = 2
"""Orders that a process carries out at the same time; one is repeated until it is taken."""
_AT_ONCE = 8
"""Languages that wait in a session; the queue of a session is bounded."""


class AnnouncementTranslator:
    """Carries out the orders that come over the bus.

    Args:
        bus: brings the orders and takes the answers.
        engines: the service that this process's booths use.
        price: USD for an engine, milliseconds of sound sent, and tokens.
    """

    def __init__(
        self, bus: Bus, engines: Engines, price: Callable[[EngineKind, int, Usage], float]
    ) -> None:
        self._bus = bus
        self._engines = engines
        self._price = price
        self._running: set[str] = set()

    async def run(self) -> None:
        """Take orders until cancelled."""
        async with (
            asyncio.TaskGroup() as tasks,
            self._bus.subscribe(announcement_keys.TRANSLATION_ORDERS) as orders,
        ):
            async for order in readable_messages(orders, TranslationOrder.from_json):
                if order.id in self._running or len(self._running) >= _MOST_ORDERS:
                    continue
                self._running.add(order.id)
                tasks.create_task(self._carry_out(order), name=f"translation:{order.event}")

    async def _carry_out(self, order: TranslationOrder) -> None:
        """Translate if no other process does, and answer."""
        try:
            if not await self._claim(order):
                return
            self._answer(order, TranslationAnswer())
            async with asyncio.timeout(TRANSLATION_TIMEOUT_S):
                self._answer(order, await self._translate(order))
        except TimeoutError:
            self._answer(order, _failed(*LATE))
        except (BusUnavailable, ValueError, TypeError, KeyError) as error:
            log.warning("an announcement was not translated: %s", type(error).__name__)
        finally:
            self._running.discard(order.id)

    async def _claim(self, order: TranslationOrder) -> bool:
        """Whether this process is the one that carries out the order."""
        name = announcement_keys.translation_record(order.event)
        record = await self._bus.get(name)
        if record is not None and record.value.decode() == order.id:
            return False
        try:
            version = record.version if record is not None else 0
            await self._bus.put(name, order.id.encode(), version)
        except VersionConflict:
            return False
        return True

    async def _translate(self, order: TranslationOrder) -> TranslationAnswer:
        record = await self._bus.get(keys.event_record(order.event))
        if record is None:
            return TranslationAnswer(done=True)
        event = Event.from_json(record.value)
        model = self._engines.converse_model
        if model is None:
            return _failed("this provider does not translate texts", "Type the texts yourself.")
        config = ConversationConfig("", model=model)
        spent = Usage()
        texts: dict[str, str] = {}
        try:
            async with open_conversation(
                self._engines.http, self._engines.endpoint, config
            ) as connection:
                languages = list(order.languages)
                while languages:
                    some, languages = languages[:_AT_ONCE], languages[_AT_ONCE:]
                    for language in some:
                        instructions = await asyncio.to_thread(
                            announcement_instructions, language, order.source or None, event
                        )
                        number = order.languages.index(language)
                        connection.translate(number, order.text, instructions)
                    spent += await _read(connection, order.languages, some, texts)
        except InterpreterFailed as failed:
            if not texts:
                return _failed(failed.message, failed.hint)
        finally:
            cost_usd = self._price(EngineKind.CONVERSE, 0, spent)
            await add_cost(self._bus, order.event, SPENT_ON_ANNOUNCEMENTS, cost_usd)
        found = {tag: " ".join(text.split())[:LONGEST_TEXT] for tag, text in texts.items()}
        return TranslationAnswer(
            done=True, texts={tag: text for tag, text in found.items() if text}
        )

    def _answer(self, order: TranslationOrder, answer: TranslationAnswer) -> None:
        self._bus.publish(announcement_keys.translation_answers(order.id), answer.to_json())


async def _read(
    connection: ConversationConnection,
    languages: tuple[str, ...],
    asked: Iterable[str],
    texts: dict[str, str],
) -> Usage:
    """Take the translations that were asked for, into `texts`; returns what they cost."""
    left = set(asked)
    spent = Usage()
    while left:
        match await anext(connection):
            case OutputText(text=text, segment=int(number)):
                tag = languages[number]
                texts[tag] = texts.get(tag, "") + text
            case SegmentDone(segment=number, ok=ok, usage=usage):
                spent += usage
                left.discard(languages[number])
                if not ok:
                    texts.pop(languages[number], None)
            case SegmentLost(segment=number, usage=usage):
                spent += usage
                left.discard(languages[number])
    return spent


def _failed(message: str, hint: str) -> TranslationAnswer:
    return TranslationAnswer(done=True, message=message, hint=hint)
