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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from broadcaster.booths.engines.line_up import PricedEngines, line_up
from broadcaster.booths.engines.opening import EngineOpener
from broadcaster.errors import BusUnavailable, InterpreterFailed
from broadcaster.model import keys
from broadcaster.model.check import check_keys
from broadcaster.model.check.engines import EngineAnswer, EngineOrder
from broadcaster.model.check.report import CheckResult, CheckValues, Light
from broadcaster.model.event import Channel, EngineKind, Event
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus
from broadcaster.model.records.reading import readable_messages
from broadcaster.realtime.codes import BUSY, NO_CREDIT_CODES, NO_KEY_CODES, WRONG_KEY_CODES

log = logging.getLogger("broadcaster.booths")

OPEN_TIMEOUT_S = 18.0
SLOW_MS = 3_000
"""A session that takes longer to open keeps listeners waiting after each drop."""
MOST_SESSIONS = 12
"""Engines of one event that are tried."""
_AT_ONCE = 6
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
        known: the services that this process's booths use, in the order of the settings.
    """

    def __init__(self, bus: Bus, known: Sequence[PricedEngines]) -> None:
        self._bus = bus
        self._known = known
        self._process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._taken: deque[str] = deque(maxlen=100)
        self._running: set[str] = set()

    async def run(self) -> None:
        """Take orders until cancelled."""
        async with (
            asyncio.TaskGroup() as tasks,
            self._bus.subscribe(check_keys.ENGINE_ORDERS) as orders,
        ):
            async for order in readable_messages(orders, EngineOrder.from_json):
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
        engines = tried_engines(event, self._known)
        results: dict[int, CheckResult] = {}
        places = asyncio.Semaphore(_AT_ONCE)

        async def attempt(number: int, tried: TriedEngine) -> None:
            async with places:
                result = await try_engine(tried.opener, event)
            results[number] = tried.named(result) if len(self._known) > 1 else result
            self._answer(order, (results[one] for one in sorted(results)))

        async with asyncio.TaskGroup() as tasks:
            for number, tried in enumerate(engines):
                tasks.create_task(attempt(number, tried), name=f"try {tried.opener.kind}")
        self._answer(order, (results[one] for one in sorted(results)), done=True)

    def _answer(
        self, order: EngineOrder, results: Iterable[CheckResult], *, done: bool = False
    ) -> None:
        answer = EngineAnswer(order.check, self._process, done, tuple(results))
        self._bus.publish(check_keys.engine_answers(order.check), answer.to_json())


@dataclass(frozen=True, slots=True)
class TriedEngine:
    """An engine of the event.

    Attributes:
        opener: opens its sessions.
        provider: name of the service that runs it.
        rank: its place in the order of its channel, 0 for the preferred one.
    """

    opener: EngineOpener
    provider: str
    rank: int

    def named(self, result: CheckResult) -> CheckResult:
        """The verdict with the provider; without a fallback an event can still be interpreted."""
        values = {**result.values, "provider": self.provider}
        mild = self.rank > 0 and result.light is Light.RED
        return replace(result, values=values, light=Light.AMBER if mild else result.light)


def tried_engines(event: Event, known: Sequence[PricedEngines]) -> list[TriedEngine]:
    """Each engine of the event with a channel, `MOST_SESSIONS` at most, the preferred ones first.

    A documented language of the translation endpoint stands for all others. A language that the
    endpoint is not documented to speak, and each voice, is tried by itself.
    """
    found: dict[tuple[str, EngineKind, str | None], TriedEngine] = {}
    floor = [Channel(FLOOR)] if event.source_captions else []
    for channel in [*event.channels, *floor]:
        ranked = line_up(channel, known, event.failover.order(channel.providers))
        for rank, engine in enumerate(ranked):
            opener = engine.opener
            kind, own = opener.kind, channel.voice
            if kind is EngineKind.TRANSLATE:
                own = None if opener.documented else channel.language
            key = (opener.engines.provider.id, kind, own)
            tried = TriedEngine(opener, engine.provider, rank)
            if key not in found or rank < found[key].rank:
                found[key] = tried
    return sorted(found.values(), key=lambda one: one.rank)[:MOST_SESSIONS]


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
