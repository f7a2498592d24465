"""Claims the microphone of a human interpreter: the newest device has it, in whichever process."""

import asyncio
import secrets
from dataclasses import dataclass, field

from broadcaster.consoles.interpreters import Console
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.microphones import Microphones
from broadcaster.model.ports import Bus
from broadcaster.model.records.changing import change_record
from broadcaster.web.errors import Refused


@dataclass(frozen=True, slots=True)
class MicrophoneClaim:
    """The place of a microphone among those of its interpreter.

    Attributes:
        session: its name in the record.
        version: of the record that it was written into; a higher one is newer.
        replaced: set when another one has come.
    """

    session: str
    version: int
    replaced: asyncio.Event = field(default_factory=asyncio.Event)


async def check_device(bus: Bus, console: Console, device: str) -> None:
    """Check that no other device has the microphone since this one had it.

    Args:
        bus: has the record.
        console: of the interpreter.
        device: a name that the client has given itself; empty for a client that can always take
            the microphone.

    Raises:
        Refused: 409 `replaced`.
        BusUnavailable: the broker does not answer.
    """
    record = await bus.get(console_keys.microphones_record(console.event.id, console.channel))
    if record is not None:
        _check(Microphones.from_json(record.value), console, device)


async def claim_microphone(
    bus: Bus, console: Console, device: str, *, takeover: bool
) -> MicrophoneClaim:
    """Write down that a device has the microphone of its interpreter now.

    Args:
        bus: has the record.
        console: of the interpreter.
        device: as for `check_device`.
        takeover: also if this device was replaced.

    Raises:
        Refused: 409 `replaced`.
        BusUnavailable: it was perhaps not written down.
    """
    name = console_keys.microphones_record(console.event.id, console.channel)
    session = secrets.token_hex(8)

    def claimed(before: Microphones) -> Microphones:
        if not takeover:
            _check(before, console, device)
        return before.with_microphone(console.interpreter, session, device)

    *_, version = await change_record(bus, name, Microphones.from_json, Microphones(), claimed)
    return MicrophoneClaim(session, version)


def _check(known: Microphones, console: Console, device: str) -> None:
    if known.is_replaced(console.interpreter, device):
        raise Refused(
            409,
            "replaced",
            "your link was opened on another device, which has the microphone now",
            hint="Go on there, or choose to use this device instead.",
        )
