"""Seals the addresses of outputs and inputs again that are under an earlier store key."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from cryptography.fernet import InvalidToken

from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model.inputs.pulled import PULLED_RECORDS, PulledInput
from broadcaster.model.inputs.pulled import PURPOSE as INPUTS
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.output import PURPOSE as OUTPUTS
from broadcaster.model.outputs.output import CaptionOutput
from broadcaster.model.ports import Bus, Clock, Record
from broadcaster.stage_keys import StageKeyring
from broadcaster.system.backoff import Backoff

log = logging.getLogger("broadcaster.desk")


@dataclass(frozen=True, slots=True)
class _Kind:
    """Records that have an address.

    Attributes:
        records: the beginning of their names.
        purpose: their addresses are encrypted for it alone.
        parse: reads one.
    """

    records: str
    purpose: bytes
    parse: Callable[[bytes], CaptionOutput | PulledInput]


_KINDS = (
    _Kind(output_keys.OUTPUT_RECORDS, OUTPUTS, CaptionOutput.from_json),
    _Kind(PULLED_RECORDS, INPUTS, PulledInput.from_json),
)


async def reseal_addresses(bus: Bus, clock: Clock, keyring: StageKeyring) -> None:
    """Seal them with the first store key, then return."""
    backoff = Backoff(sleep=clock.sleep)
    while True:
        try:
            for kind in _KINDS:
                for name in await bus.records(kind.records):
                    record = await bus.get(name)
                    if record is not None:
                        await _reseal(bus, keyring, kind, name, record)
        except BusUnavailable as error:
            log.warning("cannot encrypt addresses, trying again: %s", error.message)
            await backoff.wait()
        else:
            return


async def _reseal(bus: Bus, keyring: StageKeyring, kind: _Kind, name: str, record: Record) -> None:
    try:
        one = kind.parse(record.value)
    except ValueError:
        return  # the process that uses it reports it
    resealed = _under_first_key(keyring, kind.purpose, one.sealed)
    if resealed == one.sealed:
        return
    with suppress(VersionConflict):  # whoever changed it has sealed it with the first key
        await bus.put(name, replace(one, sealed=resealed).to_json(), record.version)


def _under_first_key(keyring: StageKeyring, purpose: bytes, sealed: str) -> str:
    """A secret, sealed with the first store key; unchanged if it is, or if no key opens it."""
    first, every = keyring.first_cipher(purpose), keyring.cipher(purpose)
    try:
        first.decrypt(sealed.encode())
    except InvalidToken:
        try:
            return first.encrypt(every.decrypt(sealed.encode())).decode()
        except InvalidToken:
            return sealed
    return sealed
