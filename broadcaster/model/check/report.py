"""The verdicts of a sound check, as they are stored and shown."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from broadcaster.model.records.json_form import JsonForm


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


@dataclass(frozen=True, slots=True)
class CheckResult(JsonForm):
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


@dataclass(frozen=True, slots=True)
class CheckReport(JsonForm):
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
