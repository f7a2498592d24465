"""The order to try an event's engines, and what each process that runs booths answers."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from broadcaster.model.check.report import CheckResult, parsing


@dataclass(frozen=True, slots=True)
class EngineOrder:
    """Asks all processes that run booths to open and close a session of each engine of an event.

    Attributes:
        check: id of the check; an order may come again and is carried out once.
        event: id of the event.
    """

    check: str
    event: str

    def to_json(self) -> bytes:
        """The form on the bus."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not an order.
        """
        with parsing("an order"):
            raw = json.loads(data)
            return cls(str(raw["check"]), str(raw["event"]))


@dataclass(frozen=True, slots=True)
class EngineAnswer:
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

    def to_json(self) -> bytes:
        """The form on the bus."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not an answer.
        """
        with parsing("an answer"):
            raw = json.loads(data)
            results = tuple(CheckResult.from_raw(one) for one in raw["results"])
            return cls(str(raw["check"]), str(raw["process"]), bool(raw["done"]), results)
