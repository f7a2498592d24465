"""A trial: the floor's last seconds, interpreted into one language for the desk alone."""

import base64
import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from broadcaster.errors import DomainError
from broadcaster.model.check.report import CheckResult, parsing

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
class TrialOrder:
    """Asks one process that runs booths to interpret.

    Attributes:
        trial: id of the trial; an order may come again and is carried out once.
        event: id of the event.
        channel: the language.
    """

    trial: str
    event: str
    channel: str

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
            return cls(str(raw["trial"]), str(raw["event"]), str(raw["channel"]))


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """The last trial or rehearsal of an event. It holds nothing that was said.

    Attributes:
        trial: its id.
        busy_until_ms: Unix time from which another one may begin.
        taken: a process carries it out; the others leave it alone.
    """

    trial: str
    busy_until_ms: int
    taken: bool = False

    def to_json(self) -> bytes:
        """The form of the record."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not such a record.
        """
        with parsing("the record of a trial"):
            raw = json.loads(data)
            return cls(str(raw["trial"]), int(raw["busy_until_ms"]), bool(raw["taken"]))


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """The outcome of a trial.

    Attributes:
        result: the verdict; None while the process that took the order works on it.
        text: what the interpreter wrote.
        wav: what the interpreter said, a WAV file, s16 mono 24 kHz; empty if it said nothing.
        others: the same of the services that would take over, in their order.
    """

    result: CheckResult | None = None
    text: str = ""
    wav: bytes = b""
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

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not an answer.
        """
        with parsing("an answer"):
            return cls._of(json.loads(data))

    @classmethod
    def _of(cls, raw: dict[str, Any]) -> Self:
        result = None if raw["result"] is None else CheckResult.from_raw(raw["result"])
        others = tuple(cls._of(one) for one in raw.get("others", ()))
        return cls(result, str(raw["text"]), base64.b64decode(str(raw["wav"])), others)
