"""The records of pulled inputs, as the desk writes and reads them."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from cryptography.fernet import MultiFernet

from broadcaster.audio.input.stream_address import check_stream_address, parse_stream_address
from broadcaster.errors import CannotPlay
from broadcaster.model.inputs.pulled import (
    PulledInput,
    PulledState,
    pulled_record,
    pulled_state_record,
)
from broadcaster.model.inputs.pulled_errors import BadInputAddress, UnknownInput
from broadcaster.model.inputs.rules import InputRole
from broadcaster.model.ports import Bus
from broadcaster.model.records.changing import change_record

LONGEST_ADDRESS = 2_000
_HINT = (
    "Write it like srt://10.0.0.20:9000, rtmp://10.0.0.20/live/hall or "
    "https://radio.example/hall.m3u8."
)


class PulledRecords:
    """Sets, switches and removes the addresses of inputs.

    Args:
        bus: has the records.
        cipher: seals addresses.
    """

    def __init__(self, bus: Bus, cipher: MultiFernet) -> None:
        self._bus = bus
        self._cipher = cipher

    async def of_event(self, event_id: str) -> list[tuple[PulledInput, PulledState | None]]:
        """The pulled inputs of an event, the main one first, each with its state."""
        found = []
        for role in InputRole:
            record = await self._bus.get(pulled_record(event_id, role))
            if record is not None:
                pulled = PulledInput.from_json(record.value)
                if pulled.is_set:
                    found.append((pulled, await self._state(pulled)))
        return found

    async def put(self, event_id: str, role: InputRole, address: str, base: str) -> PulledInput:
        """Fetch an input from an address from now on.

        Args:
            event_id: its event.
            role: main or backup.
            address: of the source.
            base: beginning of this server's own links.

        Raises:
            BadInputAddress: this server cannot fetch from it; says why.
        """
        place = await asyncio.to_thread(_checked_place, address)
        sealed = self._cipher.encrypt(address.encode()).decode()

        def change(before: PulledInput) -> PulledInput:
            return PulledInput(event_id, role, place, sealed, base, number=before.number + 1)

        return (await self._change(event_id, role, change))[1]

    async def switch(self, event_id: str, role: InputRole, *, on: bool) -> PulledInput:
        """Start or stop an input; its address stays.

        Raises:
            UnknownInput: it has no address.
        """

        def change(before: PulledInput) -> PulledInput:
            if not before.is_set:
                raise UnknownInput
            return replace(before, on=on, number=before.number + 1)

        return (await self._change(event_id, role, change))[1]

    async def remove(self, event_id: str, role: InputRole) -> PulledInput:
        """Stop an input and delete its address; returns it as it was.

        Raises:
            UnknownInput: it has no address.
        """

        def change(before: PulledInput) -> PulledInput:
            if not before.is_set:
                raise UnknownInput
            return replace(before, on=False, place="", sealed="", number=before.number + 1)

        return (await self._change(event_id, role, change))[0]

    async def _change(
        self, event_id: str, role: InputRole, change: Callable[[PulledInput], PulledInput]
    ) -> tuple[PulledInput, PulledInput]:
        """Change an input; returns it before and after."""
        none = PulledInput(event_id, role, "", "", "", on=False, number=0)
        name = pulled_record(event_id, role)
        before, after, _ = await change_record(self._bus, name, PulledInput.from_json, none, change)
        return before, after

    async def _state(self, pulled: PulledInput) -> PulledState | None:
        record = await self._bus.get(pulled_state_record(pulled.event, pulled.role))
        if record is not None:
            with suppress(ValueError):
                return PulledState.from_json(record.value)
        return None


def _checked_place(address: str) -> str:
    """Scheme, host and port of an address; blocks for a moment.

    Raises:
        BadInputAddress: this server cannot fetch from it; says why.
    """
    if not address.isprintable() or " " in address:
        raise BadInputAddress("the address has spaces or other signs that no address has", _HINT)
    try:
        parsed = parse_stream_address(address)
        check_stream_address(parsed)
    except ValueError as wrong:
        raise BadInputAddress(str(wrong).rstrip("."), _HINT) from None
    except CannotPlay as wrong:
        raise BadInputAddress(wrong.message, wrong.hint) from None
    return parsed.name
