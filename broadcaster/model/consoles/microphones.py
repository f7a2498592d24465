"""The record of the microphones of a channel's human interpreters: the newest of each is heard.

An interpreter may open the link on a second device, and the two may reach different processes. The
record says for all of them which device has the microphone. A device that was replaced does not get
it back by connecting again, only by a takeover: two pages would otherwise replace each other for
ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from broadcaster.model.records.json_form import JsonForm

MOST_REPLACED = 8
"""Replaced devices of one interpreter that are remembered; the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class NewestMicrophone:
    """The microphone of one interpreter.

    Attributes:
        session: of its WebRTC connection; a name that no other one has.
        device: a name that the page, or a program, has given itself; empty without one.
        replaced: devices that had the microphone before, oldest first.
    """

    session: str
    device: str = ""
    replaced: tuple[str, ...] = ()

    def followed_by(self, session: str, device: str) -> "NewestMicrophone":
        """Another connection, perhaps of the same device, has the microphone."""
        before = {*self.replaced, self.device} - {"", device}
        ordered = [one for one in (*self.replaced, self.device) if one in before]
        return NewestMicrophone(session, device, tuple(ordered[-MOST_REPLACED:]))


@dataclass(frozen=True, slots=True)
class Microphones(JsonForm):
    """The microphones of one channel.

    Attributes:
        newest: by the token id of the interpreter.
    """

    newest: Mapping[str, NewestMicrophone] = field(default_factory=dict)

    def is_replaced(self, interpreter: str, device: str) -> bool:
        """Whether a device had the microphone of an interpreter until another one came."""
        one = self.newest.get(interpreter)
        return one is not None and bool(device) and device in one.replaced

    def with_microphone(self, interpreter: str, session: str, device: str) -> "Microphones":
        """A new connection has the microphone of an interpreter."""
        before = self.newest.get(interpreter, NewestMicrophone(""))
        return Microphones({**self.newest, interpreter: before.followed_by(session, device)})
