"""The verdicts of a sound check, as they are stored and shown."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self


class Light(StrEnum):
    """A verdict, from the one that needs nobody to the one that needs somebody at once."""

    GREEN = "green"
    GREY = "grey"
    """Not known yet."""
    AMBER = "amber"
    RED = "red"


SEVERITY = {Light.GREEN: 0, Light.GREY: 1, Light.AMBER: 2, Light.RED: 3}
"""The order of the lights; one light for many checks is the highest of them."""


CheckValues = dict[str, str | int | float]


@contextmanager
def parsing(what: str) -> Iterator[None]:
    """Code inside takes parsed JSON apart, which may be of any form.

    Raises:
        ValueError: it is not what it should be.
    """
    try:
        yield
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError(f"not {what}") from wrong


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check.

    Attributes:
        check: stable id of what was checked, such as `engine_translate` or `microphone`.
        light: the verdict.
        problem: stable id of what is wrong; empty if nothing is.
        values: numbers and names for the sentence, and what was measured.
        message: the same as a sentence.
        hint: the next step, a sentence; empty if nothing must be done.
    """

    check: str
    light: Light
    problem: str = ""
    values: CheckValues = field(default_factory=dict)
    message: str = ""
    hint: str = ""

    @classmethod
    def from_raw(cls, raw: dict[str, Any]) -> Self:
        """Parse what `dataclasses.asdict` made.

        Raises:
            ValueError: it has not this form.
        """
        with parsing("the verdict of a check"):
            return cls(
                str(raw["check"]),
                Light(raw["light"]),
                str(raw["problem"]),
                dict(raw["values"]),
                str(raw["message"]),
                str(raw["hint"]),
            )


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The verdicts of one sound check of an event, as far as they are known.

    Attributes:
        id: of this check.
        started_at_ms: Unix time.
        running: more verdicts follow.
        results: in the order in which they are shown.
    """

    id: str
    started_at_ms: int
    running: bool = True
    results: tuple[CheckResult, ...] = ()

    @property
    def light(self) -> Light:
        """The highest of all lights; grey without any."""
        lights = [result.light for result in self.results] or [Light.GREY]
        return max(lights, key=SEVERITY.__getitem__)

    def body(self) -> dict[str, Any]:
        """The report as JSON shows it."""
        return asdict(self) | {"light": self.light}

    def to_json(self) -> bytes:
        """The form of its record on the bus."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not a report.
        """
        with parsing("the report of a check"):
            raw = json.loads(data)
            results = tuple(CheckResult.from_raw(one) for one in raw["results"])
            return cls(str(raw["id"]), int(raw["started_at_ms"]), bool(raw["running"]), results)
