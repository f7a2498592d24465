"""Seals the addresses of caption outputs again that are under an earlier store key."""

import logging
from contextlib import suppress
from dataclasses import replace

from cryptography.fernet import InvalidToken

from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.output import PURPOSE, CaptionOutput
from broadcaster.model.ports import Bus, Clock, Record
from broadcaster.stage_keys import StageKeyring
from broadcaster.system.backoff import Backoff

log = logging.getLogger("broadcaster.desk")


async def reseal_outputs(bus: Bus, clock: Clock, keyring: StageKeyring) -> None:
    """Seal them with the first store key, then return."""
    backoff = Backoff(sleep=clock.sleep)
    while True:
        try:
            for name in await bus.records(output_keys.OUTPUT_RECORDS):
                record = await bus.get(name)
                if record is not None:
                    await _reseal(bus, keyring, name, record)
        except BusUnavailable as error:
            log.warning("cannot encrypt the addresses of outputs, trying again: %s", error.message)
            await backoff.wait()
        else:
            return


async def _reseal(bus: Bus, keyring: StageKeyring, name: str, record: Record) -> None:
    try:
        output = CaptionOutput.from_json(record.value)
    except ValueError:
        return  # the process that sends it reports it
    resealed = _under_first_key(keyring, output.sealed)
    if resealed == output.sealed:
        return
    with suppress(VersionConflict):  # whoever changed it has sealed it with the first key
        await bus.put(name, replace(output, sealed=resealed).to_json(), record.version)


def _under_first_key(keyring: StageKeyring, sealed: str) -> str:
    """The same under the first store key; unchanged if it is, or if no store key opens it."""
    first, every = keyring.first_cipher(PURPOSE), keyring.cipher(PURPOSE)
    try:
        first.decrypt(sealed.encode())
    except InvalidToken:
        try:
            return first.encrypt(every.decrypt(sealed.encode())).decode()
        except InvalidToken:
            return sealed
    return sealed
