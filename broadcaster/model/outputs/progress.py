"""The state of a caption output, and how far in its channel's captions it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from broadcaster.model.records.json_form import StrictJsonForm


class OutputState(StrEnum):
    """The state of an output."""

    WAITING = "waiting"
    """Nothing was said yet since it was added, or its address was replaced."""
    SENDING = "sending"
    """The newest text has arrived."""
    RETRYING = "retrying"
    """The newest text did not arrive; it is sent again by itself."""
    STOPPED = "stopped"
    """The other side refuses the address or the password: a person has to do something."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, and can be sent again.

    Attributes:
        before: id of the entry before it in its stream.
        id: of its own entry.
        what: the kind of thing it tells.
        at_ms: Unix time at which that happened.
    """

    before: str
    id: str
    what: str
    at_ms: int


MOST_DEAD = 50
"""Messages that can be sent again; the oldest are dropped."""


@dataclass(frozen=True, slots=True)
class OutputProgress(StrictJsonForm):
    """The stored part of an output's deliveries. It holds nothing that was said.

    Attributes:
        state: see `OutputState`.
        reason: stable id of what is wrong; empty if nothing is.
        values: details of the reason for people, such as the HTTP status.
        since_ms: Unix time from which on it is in this state.
        target: `CaptionOutput.target` that the rest is about.
        after: id of the last caption that has arrived or was given up.
        number: of the last text that has arrived; each text has the next one.
        sending: id of the caption that is on its way with the next number; `TEST` for a test line,
            empty for none.
        sent: how many texts have arrived.
        missed: how many were given up, because they would have come too late.
        sent_at_ms: Unix time at which the last one has arrived.
        dead: messages of a webhook that were given up.
        again: `CaptionOutput.again` when those were last sent again.
    """

    state: OutputState = OutputState.WAITING
    reason: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)
    since_ms: int = 0
    target: int = 1
    after: str = ""
    number: int = 0
    sending: str = ""
    sent: int = 0
    missed: int = 0
    sent_at_ms: int | None = None
    dead: tuple[DeadLetter, ...] = ()
    again: int = 0

    def body(self) -> dict[str, Any]:
        """The part that the desk shows."""
        return {
            "state": self.state,
            "reason": self.reason,
            "values": dict(self.values),
            "since_ms": self.since_ms,
            "sent": self.sent,
            "missed": self.missed,
            "sent_at_ms": self.sent_at_ms,
            "dead": [{"what": one.what, "at_ms": one.at_ms} for one in self.dead],
        }


TEST = "test"
"""Stands for a test line where the id of a caption is expected."""


@dataclass(frozen=True, slots=True)
class OutputTest(StrictJsonForm):
    """An order to send a test line, or the answer to it.

    Attributes:
        test: id of the order.
        output: id of the output.
        text: the test line.
        arrived: whether it has arrived; None in an order.
        reason: stable id of what is wrong.
        values: details of the reason.
    """

    test: str
    output: str
    text: str = ""
    arrived: bool | None = None
    reason: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)
