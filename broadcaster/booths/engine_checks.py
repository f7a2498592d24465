"""Tries an event's engines when the desk asks: a real session is opened, timed and closed.

Every process that runs booths does it, because each has a key and a network of its own. No sound
is sent, so it costs nothing.
"""

import asyncio
import logging
import os
import secrets
import time
from collections import deque
from collections.abc import Iterable

from broadcaster.booths.engines.opening import EngineOpener, Engines
from broadcaster.errors import BusUnavailable, InterpreterFailed
from broadcaster.model import keys
from broadcaster.model.check.engines import EngineAnswer, EngineOrder
from broadcaster.model.check.report import CheckResult, CheckValues, Light
from broadcaster.model.event import Channel, EngineKind, Event
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus
from broadcaster.realtime.codes import BUSY, NO_CREDIT_CODES, NO_KEY_CODES, WRONG_KEY_CODES

log = logging.getLogger("broadcaster.booths")

OPEN_TIMEOUT_S = 18.0
SLOW_MS = 3_000
"""A session that takes longer to open keeps listeners waiting after each drop."""
MOST_SESSIONS = 8
"""Engines of one event that are tried."""
_AT_ONCE = 4
_MOST_CHECKS = 2
"""Checks that a process carries out at the same time; an order is repeated until it is taken."""

_CODES: dict[str, tuple[str, ...]] = {
    "key_refused": (
        *WRONG_KEY_CODES,
        *NO_KEY_CODES,
        "access_denied",
        "account_deactivated",
    ),
    "no_credit": (*NO_CREDIT_CODES, "billing_hard_limit_reached"),
    "model_unknown": ("model_not_found", "model_load_error", "invalid_model", "not_found"),
    "unreachable": (
        "connect_timeout",
        "connect_failed",
        "connection_refused",
        "host_not_found",
        "proxy_failed",
        "proxy_refused",
        "tls_failed",
    ),
    "busy": (*BUSY, "session_limit_reached"),
    "language_unsupported": ("unsupported_language", "unsupported_source_language"),
}
_PROBLEMS = {code: problem for problem, codes in _CODES.items() for code in codes}


class EngineChecks:
    """Carries out the orders that come over the bus.

    Args:
        bus: brings orders and events, and takes answers.
        engines: the service that this process's booths use.
    """

    def __init__(self, bus: Bus, engines: Engines) -> None:
        self._bus = bus
        self._engines = engines
        self._process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._taken: deque[str] = deque(maxlen=100)
        self._running: set[str] = set()

    async def run(self) -> None:
        """Take orders until cancelled."""
        async with asyncio.TaskGroup() as tasks, self._bus.subscribe(keys.ENGINE_ORDERS) as orders:
            async for message in orders:
                try:
                    order = EngineOrder.from_json(message.payload)
                except ValueError:
                    log.warning("an order for a sound check cannot be read and is ignored")
                    continue
                if order.check in self._taken or len(self._running) >= _MOST_CHECKS:
                    continue
                self._taken.append(order.check)
                self._running.add(order.check)
                tasks.create_task(self._carry_out(order), name=f"sound check:{order.event}")

    async def _carry_out(self, order: EngineOrder) -> None:
        try:
            self._answer(order, ())
            record = await self._bus.get(keys.event_record(order.event))
            if record is not None:
                await self._try_engines(order, Event.from_json(record.value))
        except (BusUnavailable, ValueError, TypeError, KeyError) as error:
            log.warning("the event of a sound check cannot be read: %s", type(error).__name__)
        finally:
            self._running.discard(order.check)

    async def _try_engines(self, order: EngineOrder, event: Event) -> None:
        openers = [
            self._engines.opener(channel) for channel in tried_channels(event, self._engines)
        ]
        results: dict[int, CheckResult] = {}
        places = asyncio.Semaphore(_AT_ONCE)

        async def attempt(number: int, opener: EngineOpener) -> None:
            async with places:
                results[number] = await try_engine(opener, event)
            self._answer(order, (results[one] for one in sorted(results)))

        async with asyncio.TaskGroup() as tasks:
            for number, opener in enumerate(openers):
                tasks.create_task(attempt(number, opener), name=f"try {opener.kind}")
        self._answer(order, (results[one] for one in sorted(results)), done=True)

    def _answer(
        self, order: EngineOrder, results: Iterable[CheckResult], *, done: bool = False
    ) -> None:
        answer = EngineAnswer(order.check, self._process, done, tuple(results))
        self._bus.publish(keys.engine_answers(order.check), answer.to_json())


def tried_channels(event: Event, engines: Engines) -> list[Channel]:
    """One channel for each engine of the event, `MOST_SESSIONS` at most.

    A documented language of the translation endpoint stands for all others. A language that the
    endpoint is not documented to speak, and each voice, is tried by itself.
    """
    found: dict[tuple[EngineKind, str | None], Channel] = {}
    floor = [Channel(FLOOR)] if event.source_captions else []
    for channel in [*event.channels, *floor]:
        opener = engines.opener(channel)
        kind, own = opener.kind, channel.voice
        if kind is EngineKind.TRANSLATE:
            own = None if opener.documented else channel.language
        found.setdefault((kind, own), channel)
    return list(found.values())[:MOST_SESSIONS]


def failure_verdict(check: str, failed: InterpreterFailed, values: CheckValues) -> CheckResult:
    """The verdict about an engine that failed.

    Args:
        check: id of what was checked.
        failed: how it failed.
        values: what is known so far; the verdict has the server's own code besides.
    """
    problem = _PROBLEMS.get(failed.error, "no_answer" if failed.retryable else "refused")
    light = Light.AMBER if problem == "busy" else Light.RED
    values = {**values, "code": failed.error}
    return CheckResult(check, light, problem, values, failed.message, failed.hint)


async def try_engine(opener: EngineOpener, event: Event) -> CheckResult:
    """Open and close a session, and say how that went."""
    check = f"engine_{opener.kind}"
    values: CheckValues = {"language": opener.channel.language}
    began = time.monotonic()
    try:
        async with asyncio.timeout(OPEN_TIMEOUT_S), opener.open(event):
            values["latency_ms"] = round((time.monotonic() - began) * 1_000)
    except InterpreterFailed as failed:
        return failure_verdict(check, failed, values)
    except TimeoutError:
        return CheckResult(
            check,
            Light.RED,
            "no_answer",
            values,
            "The interpreter server did not open a session in time.",
            "Check the network, the server's URL and any firewall or proxy.",
        )
    seconds = float(values["latency_ms"]) / 1_000
    if seconds * 1_000 > SLOW_MS:
        return CheckResult(
            check,
            Light.AMBER,
            "slow",
            values,
            f"A session opened, but only after {seconds:.1f} s.",
            "Check the network. Listeners wait this long when a session must be opened again.",
        )
    return CheckResult(check, Light.GREEN, "", values, f"A session opened in {seconds:.1f} s.")
