"""A trial: the floor's last seconds, interpreted into one language for the desk alone."""

import base64
import json
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import Base64Bytes

from broadcaster.errors import DomainError
from broadcaster.model.check.report import CheckResult
from broadcaster.model.records.json_form import JsonForm

INTERPRETATION = "interpretation"
"""The id of a trial's verdict."""
TRIAL_LATE = (
    "The interpreter did not finish in time.",
    "Try again. If it stays like this, run the sound check.",
)
"""The desk says so of a process that does not answer, and that process of its provider."""
SPENT_ON_TRIALS = "trial"
"""The name of the trials in an event's spending; no channel has it."""


class TrialRunning(DomainError):
    """A trial of the event runs, or ended a moment ago."""

    def __init__(self) -> None:
        super().__init__(
            "trial_running",
            "an interpretation of this event is being tried already",
            "Wait until it has ended, then try again.",
        )


@dataclass(frozen=True, slots=True)
class TrialOrder(JsonForm):
    """Asks one process that runs booths to interpret.

    Attributes:
        trial: id of the trial; an order may come again and is carried out once.
        event: id of the event.
        channel: the language.
    """

    trial: str
    event: str
    channel: str


@dataclass(frozen=True, slots=True)
class TrialRecord(JsonForm):
    """The last trial or rehearsal of an event. It holds nothing that was said.

    Attributes:
        trial: its id.
        busy_until_ms: Unix time from which another one may begin.
        taken: a process carries it out; the others leave it alone.
    """

    trial: str
    busy_until_ms: int
    taken: bool = False


@dataclass(frozen=True, slots=True)
class TrialAnswer(JsonForm):
    """The outcome of a trial.

    Attributes:
        result: the verdict; None while the process that took the order works on it.
        text: what the interpreter wrote.
        wav: what the interpreter said, a WAV file, s16 mono 24 kHz; empty if it said nothing.
        others: the same of the services that would take over, in their order.
    """

    result: CheckResult | None = None
    text: str = ""
    wav: Base64Bytes = b""
    others: tuple["TrialAnswer", ...] = ()

    def body(self) -> dict[str, Any]:
        """The answer as JSON shows it, the sound as base64; `others` only if there are some."""
        result = None if self.result is None else asdict(self.result)
        wav = base64.b64encode(self.wav).decode()
        others = {"others": [one.body() for one in self.others]} if self.others else {}
        return {"result": result, "text": self.text, "wav": wav, **others}

    def to_json(self) -> bytes:
        """The form on the bus."""
        return json.dumps(self.body()).encode()
