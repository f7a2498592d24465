"""The record of the microphones of a channel's human interpreters: the newest of each is heard.

An interpreter may open the link on a second device, and the two may reach different processes. The
record says for all of them which device has the microphone. A device that was replaced does not get
it back by connecting again, only by a takeover: two pages would otherwise replace each other for
ever.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

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
class Microphones:
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

    def to_json(self) -> bytes:
        """The form of the record."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Microphones":
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it is not such a record.
        """
        try:
            newest = json.loads(data)["newest"]
            return cls(
                {
                    one: NewestMicrophone(
                        str(mic["session"]), str(mic["device"]), tuple(mic["replaced"])
                    )
                    for one, mic in newest.items()
                }
            )
        except (KeyError, TypeError, AttributeError) as wrong:
            raise ValueError("not the microphones of a channel") from wrong
