"""A protocol as delivery needs it: send one text, and say how far the other side has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """One text on its way.

    Attributes:
        number: its place among all texts to this address, from 1. A text that is sent again keeps
            its number.
        text: one or two lines, joined by a newline.
        spoken_at_ms: Unix time at which its first word was heard.
        message_id: the same whenever it is sent again; no other text has it.
    """

    number: int
    text: str
    spoken_at_ms: int
    message_id: str = ""


class WireFailed(Exception):
    """A text has not arrived, or nobody knows whether it has.

    Args:
        reason: stable id, snake case; the desk has words for it.
        values: details for people, never a secret and never what was said.
        refused: the other side does not accept the address or the password.
        rejected: the other side does not accept this text, and may accept another one.
    """

    def __init__(
        self,
        reason: str,
        values: Mapping[str, str | int] | None = None,
        *,
        refused: bool = False,
        rejected: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values: Mapping[str, str | int] = values or {}
        self.refused = refused
        self.rejected = rejected


class Wire(Protocol):
    """One connection to a program or service that takes captions."""

    async def send_text(self, parcel: Parcel) -> None:
        """Send one text, and return when it has arrived.

        Raises:
            WireFailed: it has not, or nobody knows.
        """

    async def last_number(self) -> int | None:
        """The number of the last text that has arrived; None if the other side cannot tell.

        Raises:
            WireFailed: it does not answer.
        """

    async def close(self) -> None:
        """End the connection."""


@dataclass(frozen=True, slots=True)
class WireTarget:
    """Where a wire leads.

    Attributes:
        address: was checked by `model.outputs.address`.
        password: empty if there is no password.
        language: tag of the captions' language; empty if it is not known.
        options: of the kind.
    """

    address: str
    password: str
    language: str
    options: Mapping[str, str | int] = field(default_factory=dict)
