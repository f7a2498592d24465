"""An input that the server fetches itself from an address, and its state."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from cryptography.fernet import InvalidToken, MultiFernet

from broadcaster.model.inputs.rules import InputRole
from broadcaster.model.records.json_form import JsonForm

PURPOSE = b"broadcaster pulled inputs"
"""Addresses of inputs are encrypted for this alone."""
PULLED_RECORDS = "pulled."
"""Prefix of the records of the pulled inputs of all events."""
PULLED_STATE_RECORDS = "pulled-state."
"""Prefix of the records of their states."""


def pulled_records(event: str) -> str:
    """Prefix of the records of the pulled inputs of one event."""
    return f"{PULLED_RECORDS}{event}."


def pulled_record(event: str, role: InputRole) -> str:
    """Record of an input that the server fetches, see `PulledInput`; also the name of its lease."""
    return f"{pulled_records(event)}{role}"


def pulled_state_records(event: str) -> str:
    """Prefix of the records of the states of the pulled inputs of one event."""
    return f"{PULLED_STATE_RECORDS}{event}."


def pulled_state_record(event: str, role: InputRole) -> str:
    """Record of the state of one of them, see `PulledState`."""
    return f"{pulled_state_records(event)}{role}"


class Pull(StrEnum):
    """The state of a pulled input."""

    OFF = "off"
    """Somebody has stopped it."""
    CONNECTING = "connecting"
    """Nothing is known of its source yet."""
    PLAYING = "playing"
    """Its sound goes to the floor."""
    RETRYING = "retrying"
    """Its source gives nothing; it is tried again by itself."""
    STOPPED = "stopped"
    """A person has to do something."""


@dataclass(frozen=True, slots=True)
class PulledInput(JsonForm):
    """An input as it is stored.

    Attributes:
        event: its event.
        role: main or backup.
        place: scheme, host and port of the address, for people.
        sealed: the address, encrypted; empty when it was removed.
        base: beginning of this server's own links, where the sound is published.
        on: whether it is wanted now.
        number: of the address; grows with each change.
    """

    event: str
    role: InputRole
    place: str
    sealed: str
    base: str
    on: bool = True
    number: int = 1

    @property
    def is_set(self) -> bool:
        """Whether it has an address."""
        return bool(self.sealed)

    def address(self, cipher: MultiFernet) -> str | None:
        """The address; None if another store key sealed it."""
        try:
            return cipher.decrypt(self.sealed.encode()).decode()
        except (InvalidToken, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class PulledState(JsonForm):
    """The state of an input that is fetched.

    Attributes:
        number: `PulledInput.number` that the rest is about.
        state: see `Pull`.
        reason: stable id of what is wrong; empty if nothing is, or `detail` says it.
        detail: a sentence about its source or the server, without secrets.
        level_dbfs: RMS of the last second, -100 for silence.
    """

    number: int = 0
    state: Pull = Pull.CONNECTING
    reason: str = ""
    detail: str = ""
    level_dbfs: int = -100


def pulled_body(pulled: PulledInput, state: PulledState | None) -> Mapping[str, Any]:
    """An input as the API shows it: never its address, only scheme, host and port.

    Args:
        pulled: the input.
        state: the newest one; None before a process has begun to fetch it.
    """
    now = state if state is not None and state.number == pulled.number else PulledState()
    body = asdict(now if pulled.on else PulledState(state=Pull.OFF))
    del body["number"]
    return {"role": pulled.role, "place": pulled.place, **body}
