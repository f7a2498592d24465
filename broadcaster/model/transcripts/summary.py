"""The summary of an event: what the organizer asks for, and what a service wrote."""

from dataclasses import dataclass

from broadcaster.model.event import Event
from broadcaster.model.records.json_form import StrictJsonForm

SUMMARY_RECORDS = "summary."
"""Prefix of the records of the summaries of all events."""
SUMMARIES_LEASE = "summaries"
"""Lease of the process that asks for summaries."""
LONGEST_PROMPT = 4_000


def summary_record(event: str) -> str:
    """Record of an event's summary."""
    return f"{SUMMARY_RECORDS}{event}"


@dataclass(frozen=True, slots=True)
class Summary(StrictJsonForm):
    """The summary of one event, which is made again each time the event closes.

    Attributes:
        prompt: of the organizer.
        channel: whose transcript is sent.
        orders: how often the organizer has asked for it by hand.
        done: the closing and the order for which it was made.
        text: of the newest summary; empty before the first.
        model: that wrote it.
        made_at_ms: Unix time.
        problem: why the newest attempt failed, see `desk/summary/problems.py`; empty if it did not.
    """

    prompt: str
    channel: str
    orders: int = 0
    done: str = ""
    text: str = ""
    model: str = ""
    made_at_ms: int | None = None
    problem: str = ""

    def due(self, event: Event) -> bool:
        """Whether it is to be made now, if all captions are written."""
        return event.is_over and self.done != self.order(event)

    def order(self, event: Event) -> str:
        """The value of `done` once it was made for this closing of the event."""
        return f"{event.closed_at_ms}.{self.orders}"
