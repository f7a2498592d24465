"""A channel's captions as a reviewer gets them: at once, as they are on the bus."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict

from aiohttp import web

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock, Entry
from broadcaster.model.review.replacements import Replacements
from broadcaster.system.tasks import first_of, in_turns
from broadcaster.web.stopping import STOPPING

KEEPALIVE_S = 15.0
_ENTRIES = 1_500
"""The newest of a stream, in which the captions are that a reviewer begins with."""
_CAPTIONS = 150
_PARSED_AT_ONCE = 100
_RETRY = b"retry: 1000\n\n"


async def write_captions(
    request: web.Request,
    response: web.StreamResponse,
    bus: Bus,
    clock: Clock,
    event: Event,
    channel: str,
    after_id: str,
) -> None:
    """Write captions, and what a reviewer must know of the event, until the client leaves.

    Args:
        request: of the reviewer.
        response: was prepared.
        bus: has the stream and the event's record.
        clock: the time.
        event: whose captions they are.
        channel: of the captions.
        after_id: the last entry that the reviewer has; empty for none.
    """
    stream = keys.captions(event.id, channel)
    await response.write(_RETRY)
    if not after_id:
        entries = await bus.latest(stream, _ENTRIES)
        after_id = entries[-1].id if entries else ""
        newest = await _newest(entries)
        await response.write(b"".join(map(_message, newest)))

    async def follow_captions() -> None:
        async for entry in bus.follow(stream, after_id):
            await response.write(_message(entry))

    async def follow_event() -> None:
        told = b""
        async for record in bus.watch(keys.event_record(event.id)):
            message = _event_message(Event.from_json(record.value))
            if message != told:
                await response.write(message)
            told = message

    async def follow_replacements() -> None:
        async for record in bus.watch(keys.replacements_record(event.id)):
            rules = [asdict(one) for one in Replacements.from_json(record.value).rules]
            data = json.dumps(rules, ensure_ascii=False).encode()
            await response.write(b"event: replacements\ndata: " + data + b"\n\n")

    await first_of(
        follow_captions(),
        follow_event(),
        follow_replacements(),
        _keep_open(response, clock),
        _until_stopping(request),
        name=f"review:{event.id}:{channel}",
    )


async def _newest(entries: list[Entry]) -> list[Entry]:
    """The newest captions: of each the newest version, and its newest revision."""
    found: dict[tuple[str, bool], Entry] = {}
    async for entry, caption in _parsed(entries):
        key = (caption.id, caption.revision > 0)
        found.pop(key, None)
        found[key] = entry
    said = [entry for (_, revised), entry in found.items() if not revised][-_CAPTIONS:]
    first = said[0].id if said else ""
    kept = {entry.id for entry in said} | {
        entry.id for (_, revised), entry in found.items() if revised
    }
    begin = next((number for number, one in enumerate(entries) if one.id == first), 0)
    return [entry for entry in entries[begin:] if entry.id in kept]


async def _parsed(entries: list[Entry]) -> AsyncIterator[tuple[Entry, Caption]]:
    async for entry in in_turns(entries, _PARSED_AT_ONCE):
        try:
            caption = Caption.from_json(entry.payload)
        except (ValueError, TypeError):
            continue  # the edges report it
        yield entry, caption


def _message(entry: Entry) -> bytes:
    return b"id: " + entry.id.encode() + b"\nevent: caption\ndata: " + entry.payload + b"\n\n"


def _event_message(event: Event) -> bytes:
    body = {"state": event.state, "hold_back_s": event.hold_back_s}
    return b"event: event\ndata: " + json.dumps(body).encode() + b"\n\n"


async def _keep_open(response: web.StreamResponse, clock: Clock) -> None:
    while True:
        await clock.sleep(KEEPALIVE_S)
        await response.write(b":\n\n")


async def _until_stopping(request: web.Request) -> None:
    await request.app[STOPPING].wait()
