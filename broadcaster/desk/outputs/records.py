"""The records of caption outputs, as the desk writes and reads them."""

import logging
import secrets
from contextlib import suppress
from dataclasses import replace

from cryptography.fernet import MultiFernet

from broadcaster.desk.outputs.output_bodies import NewOutput, OutputChange
from broadcaster.model import keys
from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.address import checked_place
from broadcaster.model.outputs.output import CaptionOutput, OutputKind, OutputTarget, new_secret
from broadcaster.model.outputs.output_errors import MOST_OUTPUTS, TooManyOutputs, UnknownOutput
from broadcaster.model.outputs.progress import OutputProgress
from broadcaster.model.ports import Bus, Clock

log = logging.getLogger("broadcaster.desk")

REMOVED_S = 30.0
"""How long the record of a removed output says so: longer than a process takes to hear it."""


class OutputRecords:
    """Adds, changes and removes the outputs of events.

    Args:
        bus: has the records.
        clock: the time.
        cipher: seals addresses and passwords.
    """

    def __init__(self, bus: Bus, clock: Clock, cipher: MultiFernet) -> None:
        self._bus = bus
        self._clock = clock
        self._cipher = cipher

    async def of_event(self, event_id: str) -> list[tuple[CaptionOutput, OutputProgress | None]]:
        """The outputs of an event, the oldest first, each with its progress."""
        return [
            (output, await self.progress(output))
            for output in await self._stored(event_id)
            if output.removed_at_ms is None
        ]

    async def progress(self, output: CaptionOutput) -> OutputProgress | None:
        """The progress of an output; None before a process has started it."""
        record = await self._bus.get(output_keys.output_progress_record(output.event, output.id))
        if record is not None:
            with suppress(ValueError):  # the process that sends it reports it
                return OutputProgress.from_json(record.value)
        return None

    async def get(self, event_id: str, output_id: str) -> CaptionOutput:
        """One output.

        Raises:
            UnknownOutput: it was removed, or never existed.
        """
        return (await self._get(event_id, output_id))[0]

    async def add(self, event_id: str, wanted: NewOutput) -> tuple[CaptionOutput, OutputTarget]:
        """Add an output; it sends what is said from now on. A webhook gets a new secret.

        Raises:
            BadOutputAddress: this kind of output cannot send to the address.
            TooManyOutputs: the event has many already.
        """
        place = checked_place(wanted.kind, wanted.address)
        await self._forget_removed(event_id)
        known = await self._stored(event_id)
        if len(known) >= MOST_OUTPUTS:
            raise TooManyOutputs
        is_webhook = wanted.kind is OutputKind.WEBHOOK
        stream = keys.captions(event_id, wanted.channel)
        if is_webhook and not wanted.channel:
            stream = output_keys.happenings(event_id)
        newest = await self._bus.latest(stream, 1)
        target = OutputTarget(wanted.address, new_secret() if is_webhook else wanted.password)
        output = CaptionOutput(
            # Ids are in the order in which outputs were added.
            id=f"{self._clock.now_ms():x}{secrets.token_hex(3)}",
            event=event_id,
            kind=wanted.kind,
            channel=wanted.channel,
            name=wanted.name,
            place=place,
            sealed=target.sealed(self._cipher),
            after=newest[-1].id if newest else "",
            options=wanted.options(),
        )
        await self._bus.put(output_keys.output_record(event_id, output.id), output.to_json(), 0)
        return output, target

    async def send_again(self, event_id: str, output_id: str) -> CaptionOutput:
        """Let a webhook send again what was given up.

        Raises:
            UnknownOutput: it was removed, or never existed.
            VersionConflict: somebody else changed it at the same moment.
        """
        output, version = await self._get(event_id, output_id)
        changed = replace(output, again=output.again + 1)
        await self._bus.put(
            output_keys.output_record(event_id, output_id), changed.to_json(), version
        )
        return changed

    async def change(self, event_id: str, output_id: str, change: OutputChange) -> CaptionOutput:
        """Change the name of an output, or give it a new address or password.

        Raises:
            UnknownOutput: it was removed, or never existed.
            BadOutputAddress: this kind of output cannot send to the address.
            VersionConflict: somebody else changed it at the same moment.
        """
        output, version = await self._get(event_id, output_id)
        changed = output
        if change.name is not None:
            changed = replace(changed, name=change.name)
        if change.address is not None or change.password is not None:
            before = OutputTarget.opened(self._cipher, output.sealed) or OutputTarget("")
            target = OutputTarget(
                change.address if change.address is not None else before.address,
                change.password if change.password is not None else before.password,
            )
            place = checked_place(output.kind, target.address)
            changed = replace(
                changed,
                place=place,
                sealed=target.sealed(self._cipher),
                target=output.target + 1,
            )
        if changed != output:
            await self._bus.put(
                output_keys.output_record(event_id, output_id), changed.to_json(), version
            )
        return changed

    async def remove(self, event_id: str, output_id: str) -> CaptionOutput:
        """Remove an output; what is secret of it is removed at once.

        Raises:
            UnknownOutput: it was removed, or never existed.
            VersionConflict: somebody else changed it at the same moment.
        """
        output, version = await self._get(event_id, output_id)
        gone = replace(output, sealed="", removed_at_ms=self._clock.now_ms())
        await self._bus.put(output_keys.output_record(event_id, output_id), gone.to_json(), version)
        return output

    async def _get(self, event_id: str, output_id: str) -> tuple[CaptionOutput, int]:
        record = await self._bus.get(output_keys.output_record(event_id, output_id))
        if record is not None:
            with suppress(ValueError):
                output = CaptionOutput.from_json(record.value)
                if output.removed_at_ms is None:
                    return output, record.version
        raise UnknownOutput

    async def _stored(self, event_id: str) -> list[CaptionOutput]:
        found = []
        for name in await self._bus.records(output_keys.output_records(event_id)):
            record = await self._bus.get(name)
            if record is None:
                continue
            try:
                found.append(CaptionOutput.from_json(record.value))
            except ValueError:
                log.exception("%s cannot be read and is ignored", name)
        return found

    async def _forget_removed(self, event_id: str) -> None:
        """Erase what is left of outputs that were removed a while ago."""
        before_ms = self._clock.now_ms() - REMOVED_S * 1_000
        gone = [
            one.id
            for one in await self._stored(event_id)
            if one.removed_at_ms is not None and one.removed_at_ms < before_ms
        ]
        if gone:
            await self._bus.erase(
                records=[
                    name
                    for one in gone
                    for name in (
                        output_keys.output_record(event_id, one),
                        output_keys.output_progress_record(event_id, one),
                    )
                ],
                streams=keys.NOTHING,
                retained=keys.NOTHING,
            )
