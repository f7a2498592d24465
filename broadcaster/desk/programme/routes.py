"""The import of a programme as an address."""

import asyncio
from dataclasses import asdict
from typing import Any

from aiohttp import web

from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.conferences.records import Conferences
from broadcaster.desk.programme.comparison import ChangedTalk, ProgrammeChanges
from broadcaster.desk.programme.importer import ProgrammeImporter, read_programme
from broadcaster.desk.programme.talks import Programme
from broadcaster.model.event import ImportedTalk, iso_time
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer

LARGEST_FILE_BYTES = 5 * 1024 * 1024
FILE_TIMEOUT_S = 60.0
MOST_SKIPPED = 200
_MOVES = frozenset({"room", "starts_at_ms", "ends_at_ms"})
_TRUE, _FALSE = frozenset({"true", "1"}), frozenset({"", "false", "0"})


class ProgrammeImportRoutes:
    """The handler.

    Args:
        importer: makes the import.
        conferences: the conferences.
        organizer: every call must be the organizer's.
    """

    def __init__(
        self, importer: ProgrammeImporter, conferences: Conferences, organizer: Organizer
    ) -> None:
        self._importer = importer
        self._conferences = conferences
        self._organizer = organizer
        self._reading = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """The route."""
        return [web.post("/api/conferences/{conference}/programme", self.read)]

    async def read(self, request: web.Request) -> web.Response:
        """Import the file in the body, or with `?dry_run=true` only say what would change.

        Raises:
            Refused: 408 `body_too_slow`, 413 `body_too_large`, 422 `bad_request`.
            BadProgramme: the file cannot be imported.
        """
        self._organizer.authorize(request)
        dry_run = _dry_run(request)
        conference_id = request.match_info["conference"]
        stored = await self._conferences.get(conference_id)
        file = await _file(request)
        async with self._reading:  # it computes for seconds
            zone = stored.conference.time_zone
            programme = await asyncio.to_thread(read_programme, file, zone)
        if dry_run:
            changes = await self._importer.compare(stored, programme)
        else:
            actor = self._organizer.name_of(request)
            changes = await self._importer.run(conference_id, programme, actor)
        body = _body(programme, changes)
        body["dry_run"] = dry_run
        body["needs_languages"] = bool(changes.created and not stored.conference.languages)
        return web.json_response(body, headers=NO_STORE)


def _dry_run(request: web.Request) -> bool:
    given = request.query.get("dry_run", "")
    if given not in _TRUE | _FALSE:
        raise Refused(
            422,
            "bad_request",
            f"dry_run: “{given[:20]}” is neither true nor false",
            hint="Write ?dry_run=true, or leave it out.",
        )
    return given in _TRUE


async def _file(request: web.Request) -> bytes:
    """The body, which may be larger than other bodies.

    Raises:
        Refused: 408 `body_too_slow`, 413 `body_too_large`.
    """
    found = bytearray()
    try:
        async with asyncio.timeout(FILE_TIMEOUT_S):
            async for part in request.content.iter_any():
                found += part
                if len(found) > LARGEST_FILE_BYTES:
                    raise Refused(
                        413,
                        "body_too_large",
                        f"the file has more than {LARGEST_FILE_BYTES // 1024**2} MB",
                        hint="Export the programme without pictures and attachments.",
                    )
    except TimeoutError:
        raise Refused(
            408, "body_too_slow", "the body did not arrive in time", hint="Try again."
        ) from None
    return bytes(found)


def _body(programme: Programme, changes: ProgrammeChanges) -> dict[str, Any]:
    return {
        "created": [_talk_body(talk) for talk in changes.created],
        "moved": [_change_body(one) for one in changes.changed if _MOVES & one.values.keys()],
        "changed": [_change_body(one) for one in changes.changed if not _MOVES & one.values.keys()],
        "gone": [{"event": event.id, "title": event.title} for event in changes.gone],
        "unchanged": changes.unchanged,
        "new_rooms": list(changes.new_rooms),
        "skipped": [asdict(one) for one in programme.skipped[:MOST_SKIPPED]],
        "skipped_count": len(programme.skipped),
    }


def _talk_body(talk: ImportedTalk) -> dict[str, Any]:
    return {
        "title": talk.title,
        "room": talk.room,
        "starts_at": iso_time(talk.starts_at_ms),
        "ends_at": iso_time(talk.ends_at_ms),
        "source_language": talk.source_language,
    }


def _change_body(change: ChangedTalk) -> dict[str, Any]:
    return {
        "event": change.event.id,
        "title": change.event.title,
        "fields": {
            name.removesuffix("_ms"): {
                "before": _shown(name, getattr(change.event, name)),
                "after": _shown(name, value),
            }
            for name, value in change.values.items()
        },
        "kept": {
            name.removesuffix("_ms"): {
                "here": _shown(name, getattr(change.event, name)),
                "file": _shown(name, getattr(change.talk, name)),
            }
            for name in change.kept
        },
    }


def _shown(name: str, value: Any) -> str | None:
    return iso_time(value) if name.endswith("_ms") else value
