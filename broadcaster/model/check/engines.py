"""The order to try an event's engines, and what each process that runs booths answers."""

from dataclasses import dataclass

from broadcaster.model.check.report import CheckResult
from broadcaster.model.records.json_form import JsonForm


@dataclass(frozen=True, slots=True)
class EngineOrder(JsonForm):
    """Asks all processes that run booths to open and close a session of each engine of an event.

    Attributes:
        check: id of the check; an order may come again and is carried out once.
        event: id of the event.
    """

    check: str
    event: str


@dataclass(frozen=True, slots=True)
class EngineAnswer(JsonForm):
    """One process's verdicts so far; each answer replaces the one before.

    Attributes:
        check: id of the check.
        process: names the process.
        done: no further answer follows.
        results: one for each engine that was tried.
    """

    check: str
    process: str
    done: bool = False
    results: tuple[CheckResult, ...] = ()
