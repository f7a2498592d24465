"""Deletes everything of an event, at the organizer's wish or when its retention has passed.

First the event's record becomes one that says `deleted` and nothing else, so that all stages stop.
Then its captions, costs, log and all other keys are removed. A booth that was still finishing a
sentence may have written after that, so `TOMBSTONE_S` later everything is removed once more, now
with the record.
"""

import logging
from collections.abc import Callable
from contextlib import suppress

from broadcaster.access.tokens import Token
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model import keys
from broadcaster.model.announcements import announcement_keys
from broadcaster.model.check import check_keys
from broadcaster.model.conference.conference import Conference
from broadcaster.model.consoles import console_keys
from broadcaster.model.event import Event, EventState
from broadcaster.model.inputs.pulled import pulled_records, pulled_state_records
from broadcaster.model.outputs import output_keys
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.recording import recording_keys
from broadcaster.model.transcripts.summary import summary_record
from broadcaster.system.tasks import first_of, in_turns

log = logging.getLogger("broadcaster.desk")

TOMBSTONE_S = 30.0
"""How long the record of a deleted event tells the stages so: longer than a booth takes to end."""
REHEARSAL_S = 300.0
"""A rehearsal's hidden event that is older was left by a process that died."""
SWEEP_EVERY_S = 20.0
_RECORDS = (
    announcement_keys.announcements_record,
    announcement_keys.translation_record,
    check_keys.check_record,
    check_keys.trial_record,
    console_keys.slow_down_record,
    keys.alarms_record,
    keys.inputs_record,
    keys.log_record,
    keys.replacements_record,
    keys.screens_record,
    keys.speakers_record,
    keys.spent_record,
    output_keys.told_record,
    recording_keys.recording_record,
    recording_keys.recording_report,
    recording_keys.upload_report,
    summary_record,
)
"""Names of the records that an event has one of, but for its own."""
_RECORDS_OF_PARTS = (
    announcement_keys.speech_records,
    console_keys.console_records,
    console_keys.microphones_records,
    console_keys.on_air_records,
    keys.progress_records,
    keys.review_records,
    output_keys.output_progress_records,
    output_keys.output_records,
    pulled_records,
    pulled_state_records,
)
"""Prefixes of the records that each of its channels, captions, outputs or inputs has."""


class EventEraser:
    """Deletes events, and looks for those whose time has come.

    Args:
        bus: has the records and streams.
        clock: the time.
    """

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    async def delete(self, event: Event, version: int) -> None:
        """Delete an event.

        Args:
            event: not live or paused.
            version: of its record.

        Raises:
            VersionConflict: the record has another version; nothing was deleted.
            BusUnavailable: not all was deleted; the sweep deletes the rest.
        """
        now_ms = self._clock.now_ms()
        tombstone = Event(event.id, "", EventState.DELETED, (), "", closed_at_ms=now_ms)
        await self._bus.put(keys.event_record(event.id), tombstone.to_json(), version)
        await self._erase(event.id)

    async def run(self) -> None:
        """Sweep until cancelled, in one process of all."""
        while True:
            async with self._bus.lease(keys.RETENTION_LEASE) as lease:
                await first_of(self._sweep_regularly(), lease.lost(), name="retention")

    async def sweep(self) -> None:
        """Delete the events that are due, and what is left of deleted ones.

        Raises:
            BusUnavailable: the broker does not answer.
        """
        now_ms = self._clock.now_ms()
        names = await self._bus.records(keys.EVENT_RECORDS)
        async for name in in_turns(names, 1):  # a conference has a thousand events
            record = await self._bus.get(name)
            if record is None:
                continue
            try:
                event = Event.from_json(record.value)
            except (ValueError, TypeError, KeyError):
                continue  # the booths' supervisor reports it
            if event.state is EventState.DELETED:
                if now_ms - (event.closed_at_ms or 0) >= TOMBSTONE_S * 1000:
                    await self._erase(event.id, name)
            elif event.rehearsal_of and now_ms - (event.live_at_ms or 0) >= REHEARSAL_S * 1000:
                with suppress(VersionConflict):
                    await self.delete(event, record.version)
            elif event.is_over and event.is_due(now_ms):
                log.info("the retention of event %s has passed: it is deleted", event.id)
                with suppress(VersionConflict):  # it was changed just now; the next sweep looks
                    await self.delete(event, record.version)

        await self._sweep_conferences(now_ms)

    async def _sweep_conferences(self, now_ms: int) -> None:
        """Remove what is left of deleted conferences."""
        for name in await self._bus.records(keys.CONFERENCE_RECORDS):
            record = await self._bus.get(name)
            conference = Conference.from_json(record.value) if record is not None else None
            deleted_at_ms = conference.deleted_at_ms if conference is not None else None
            if conference is None or deleted_at_ms is None:
                continue
            if now_ms - deleted_at_ms >= TOMBSTONE_S * 1000:
                await self._void_conference_tokens(conference.id, now_ms)
                await self._bus.erase(records=[name], streams=keys.NOTHING, retained=keys.NOTHING)

    async def _sweep_regularly(self) -> None:
        while True:
            try:
                await self.sweep()
            except BusUnavailable as error:
                log.warning("cannot delete what is due, trying again: %s", error.message)
            await self._clock.sleep(SWEEP_EVERY_S)

    async def _erase(self, event_id: str, *more: str) -> None:
        """Remove all keys of an event but its record, and `more` records."""
        names = [one(event_id) for one in _RECORDS]
        for prefix in _RECORDS_OF_PARTS:
            names += await self._bus.records(prefix(event_id))
        names += await self._codes(event_id)
        names += await self._void_tokens(event_id)
        on_air = await self._bus.records(console_keys.on_air_records(event_id))
        if await self._bus.get(recording_keys.recording_record(event_id)) is not None:
            now = str(self._clock.now_ms()).encode()
            await self._bus.put(recording_keys.recording_erasure(event_id), now)
        await self._bus.erase(
            records=[*names, *more],
            streams=keys.all_captions(event_id),
            retained=keys.floor_pcm(event_id),
        )
        for streams in (output_keys.all_happenings(event_id), keys.all_samples(event_id)):
            await self._bus.erase(records=(), streams=streams, retained=keys.NOTHING)
        for name in on_air:
            channel = name.removeprefix(console_keys.on_air_records(event_id))
            sound = console_keys.interpreter_pcm(event_id, channel)
            await self._bus.erase(records=[], streams=keys.NOTHING, retained=sound)

    async def _codes(self, event_id: str) -> list[str]:
        """The records of the event's join codes: two changes at once may have taken two."""
        found = []
        async for name in in_turns(await self._bus.records(keys.CODE_RECORDS), 100):
            record = await self._bus.get(name)
            if record is not None and record.value.decode() == event_id:
                found.append(name)
        return found

    async def _void_tokens(self, event_id: str) -> list[str]:
        """Void the event's tokens; returns the records of those that were voided before.

        So all processes have heard that a token is void when its record is removed.
        """
        found = []
        now_ms = self._clock.now_ms()
        for name, token in await self._tokens():
            if not token.digest and token.is_only_of(event_id):
                found.append(name)
            else:
                await self._void(name, lambda one: one.without_event(event_id, now_ms))
        return found

    async def _void_conference_tokens(self, conference_id: str, now_ms: int) -> None:
        for name, _ in await self._tokens():
            await self._void(name, lambda one: one.without_conference(conference_id, now_ms))

    async def _void(self, name: str, change: Callable[[Token], Token]) -> None:
        """Change a token's record, also if others write to it, such as one that notes its use."""
        while (record := await self._bus.get(name)) is not None:
            token = Token.from_json(record.value)
            if (voided := change(token)) == token:
                return
            with suppress(VersionConflict):
                await self._bus.put(name, voided.to_json(), record.version)
                return

    async def _tokens(self) -> list[tuple[str, Token]]:
        """All tokens, each with the name of its record."""
        found = []
        for name in await self._bus.records(keys.TOKEN_RECORDS):
            record = await self._bus.get(name)
            if record is not None:
                with suppress(ValueError, TypeError, KeyError):  # the registry reports it
                    found.append((name, Token.from_json(record.value)))
        return found
