"""Asks the processes that run booths to try an event's engines, and merges what they answer."""

from collections.abc import Callable, Iterable

from broadcaster.model.check import check_keys
from broadcaster.model.check.engines import EngineAnswer, EngineOrder
from broadcaster.model.check.report import SEVERITY, CheckResult, Light
from broadcaster.model.ports import Bus, Clock, Subscription
from broadcaster.model.records.asking import ASK_AGAIN_S, NOBODY_S
from broadcaster.system.tasks import first_of

OTHERS_S = 1.5
"""Time for a second process to answer for the first time."""
ENGINES_TIMEOUT_S = 25.0

Show = Callable[[list[CheckResult]], None]

NO_BOOTHS = CheckResult(
    "engines",
    Light.RED,
    "no_booths",
    message="No process that runs booths answers.",
    hint="Start the server with the role booths, and let it use the same Redis.",
)
LATE = CheckResult(
    "engines",
    Light.RED,
    "booths_late",
    message="A process that runs booths did not finish its checks in time.",
    hint="Run the checks again. If it stays like this, restart that process.",
)
WAITING = CheckResult("engines", Light.GREY, "waiting", message="The interpreters are being tried.")


class EngineGathering:
    """One check's answers, from all processes.

    Args:
        bus: carries orders and answers.
        clock: time.
        order: what is asked.
        show: gets the verdicts whenever they change.
    """

    def __init__(self, bus: Bus, clock: Clock, order: EngineOrder, show: Show) -> None:
        self._bus = bus
        self._clock = clock
        self._order = order
        self._show = show
        self._answers: dict[str, EngineAnswer] = {}

    async def run(self) -> None:
        """Ask until all processes have answered, or the deadline has passed."""
        self._show([WAITING])
        async with self._bus.subscribe(check_keys.engine_answers(self._order.check)) as answers:
            await first_of(
                self._ask(), self._hear(answers), self._wait(), name=f"check:{self._order.event}"
            )
        verdicts = merged(answer.results for answer in self._answers.values())
        if not self._answers:
            verdicts = [NO_BOOTHS]
        elif not all(answer.done for answer in self._answers.values()):
            verdicts.append(LATE)
        self._show(verdicts)

    async def _ask(self) -> None:
        while True:
            self._bus.publish(check_keys.ENGINE_ORDERS, self._order.to_json())
            await self._clock.sleep(ASK_AGAIN_S)

    async def _hear(self, answers: Subscription) -> None:
        async for message in answers:
            try:
                answer = EngineAnswer.from_json(message.payload)
            except ValueError:
                continue
            self._answers[answer.process] = answer
            verdicts = merged(one.results for one in self._answers.values())
            self._show(verdicts or [WAITING])

    async def _wait(self) -> None:
        """Return when nothing more is to be expected."""
        began = self._clock.monotonic()
        while True:
            await self._clock.sleep(0.1)
            waited = self._clock.monotonic() - began
            done = bool(self._answers) and all(one.done for one in self._answers.values())
            if done and (waited >= OTHERS_S or not self._bus.shared):
                return
            if waited >= (ENGINES_TIMEOUT_S if self._answers else NOBODY_S):
                return


def merged(answers: Iterable[Iterable[CheckResult]]) -> list[CheckResult]:
    """One verdict for each engine: the worst of all processes, or the slowest of good ones."""
    found: dict[tuple[str, object, object], CheckResult] = {}
    for results in answers:
        for result in results:
            values = result.values
            key = result.check, values.get("language"), values.get("provider")
            before = found.get(key)
            if before is None or _rank(result) > _rank(before):
                found[key] = result
    return list(found.values())


def _rank(result: CheckResult) -> tuple[int, float]:
    return SEVERITY[result.light], float(result.values.get("latency_ms", 0))
