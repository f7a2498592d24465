"""Events as the desk's API shows them."""

import asyncio
from dataclasses import asdict
from typing import Any

from aiohttp import web

from broadcaster.desk.alarms.limits import AlarmLimits
from broadcaster.desk.events import Stored
from broadcaster.desk.warnings import STAGE_KEY_UNREADABLE, InterpreterFacts, warnings_about
from broadcaster.model.conference.conference import Conference
from broadcaster.model.event import Channel, iso_time
from broadcaster.model.language import Language, languages
from broadcaster.web.clients import client_of

NO_STORE = {"Cache-Control": "no-store"}


class EventAnswers:
    """Makes the answers about events.

    Args:
        public_url: base of the links; None uses the address of the organizer's request.
        facts: the provider that interprets.
    """

    def __init__(self, public_url: str | None, facts: InterpreterFacts) -> None:
        self._public_url = public_url
        self._facts = facts

    def interpreter(self) -> dict[str, Any]:
        """How the provider interprets."""
        facts = self._facts
        return {
            "name": facts.name,
            "phrases": facts.converses,
            "continuous_glossary": facts.continuous_glossary,
            "continuous_voice": facts.continuous_voice,
        }

    def base(self, request: web.Request) -> str:
        """The beginning of all links."""
        url = self._public_url or f"{client_of(request).scheme}://{request.host}"
        return url.rstrip("/")

    def links(self, stored: Stored, base: str) -> dict[str, str]:
        """The links of attendees and of the speaker."""
        event = stored.event
        return {
            "attendee": f"{base}/e/{event.id}",
            "stage": f"{base}/stage/{event.id}#key={stored.stage_key or ''}",
        }

    async def body(self, stored: Stored, base: str) -> dict[str, Any]:
        """An event, with its version and its links."""
        return {**await self.described(stored), "links": self.links(stored, base)}

    async def described(self, stored: Stored) -> dict[str, Any]:
        """An event, with its version and without its links."""
        event = stored.event
        interpreted = await languages(channel.language for channel in event.channels)
        warnings = await asyncio.to_thread(warnings_about, event, self._facts)
        if stored.stage_key is None:
            warnings.append(STAGE_KEY_UNREADABLE)
        return {
            "id": event.id,
            "version": stored.version,
            "title": event.title,
            "state": event.state,
            "languages": [
                language_body(language) | channel_body(channel)
                for language, channel in zip(interpreted, event.channels, strict=True)
            ],
            "source_language": event.source_language,
            "source_captions": event.source_captions,
            "glossary": [asdict(term) for term in event.glossary],
            "do_not_translate": event.do_not_translate,
            "spend_cap_usd": event.spend_cap_usd,
            "stereo_input": event.stereo_input,
            "downloads": event.downloads,
            "hold_back_s": event.hold_back_s,
            "floor_delay_ms": event.floor_delay_ms,
            "code": event.code,
            "passcode": event.passcode.text if event.passcode else None,
            "starts_at": event.starts_at(),
            "ends_at": iso_time(event.ends_at_ms),
            "notice": event.notice,
            "notice_translations": event.notice_translations,
            "pause_notice": asdict(event.pause_notice) if event.pause_notice else None,
            "ai_notice": event.ai_notice,
            "ai_notice_translations": event.ai_notice_translations,
            "conference": event.conference or None,
            "room": event.room or None,
            "time_zone": event.time_zone,
            "auto_open_minutes": event.auto_open_minutes,
            "auto_live": event.auto_live,
            "imported": event.imported is not None,
            "retention_days": event.retention_days,
            "delete_at": iso_time(event.delete_at_ms),
            "failover": asdict(event.failover),
            "alarm_limits": asdict(AlarmLimits.of(event.alarm_limits)),
            "stage_key": stored.stage_key or "",
            "warnings": [asdict(warning) for warning in warnings],
        }

    async def answer(
        self,
        stored: Stored,
        request: web.Request,
        status: int = 200,
        headers: dict[str, str] | None = None,
        *,
        with_stage_key: bool = True,
    ) -> web.Response:
        """The answer with one event; `ETag` is its version."""
        body = await self.body(stored, self.base(request))
        body = body if with_stage_key else without_stage_key(body)
        return versioned(body, stored.version, status, headers)


def versioned(
    body: dict[str, Any], version: int, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """An answer whose `ETag` is the version of a record, for `If-Match`."""
    tag = {"ETag": f'"{version}"', **NO_STORE, **(headers or {})}
    return web.json_response(body, status=status, headers=tag)


def without_stage_key(body: dict[str, Any]) -> dict[str, Any]:
    """An event for somebody who must not speak into it."""
    links = dict(body["links"])
    links["stage"] = links["stage"].partition("#")[0]
    return body | {"links": links, "stage_key": ""}


def conference_body(conference: Conference, version: int) -> dict[str, Any]:
    """A conference as the API shows it, without its links."""
    return {
        "id": conference.id,
        "version": version,
        "title": conference.title,
        "time_zone": conference.time_zone,
        "rooms": list(conference.rooms),
        "code": conference.code,
        "languages": [
            {"tag": channel.language, **channel_body(channel)} for channel in conference.languages
        ],
        "auto_open_minutes": conference.auto_open_minutes,
        "auto_live": conference.auto_live,
    }


def conference_link(conference_id: str, base: str) -> str:
    """The address of the programme.

    Args:
        conference_id: of the conference.
        base: the beginning of all links.
    """
    return f"{base}/c/{conference_id}"


def channel_body(channel: Channel) -> dict[str, Any]:
    """The choices for a channel, without its language."""
    return {
        "interpreter": channel.interpreter,
        "always": channel.always,
        "voice": channel.voice,
        "standby": channel.standby,
        "takeover_silence_s": channel.takeover_silence_s,
        "relay_from": channel.relay_from or None,
        "providers": list(channel.providers),
    }


def language_body(language: Language) -> dict[str, Any]:
    """A language that can be chosen."""
    return {
        "tag": language.tag,
        "name": language.name,
        "english_name": language.english_name,
    }
