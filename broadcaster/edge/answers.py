"""Answers as JSON: the information about an event, and its captions."""

import json

from broadcaster.edge.fanout.caption_hub import CaptionPage
from broadcaster.edge.fanout.caption_messages import id_text
from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.model.language import FLOOR, languages


async def info_answer(room: EventRoom, provider: str) -> bytes:
    """The answer of `/e/{event}/info`: the channels, and what the page says about the event.

    Args:
        room: of the event.
        provider: the name of the service that interprets, or empty.
    """
    event = room.event
    interpreted = await languages(channel.language for channel in event.channels)
    spoken, humans = room.floor_language, room.humans()
    floor = {"id": FLOOR, "name": "Original", "english_name": "Original", "dir": "auto"}
    channels = [
        floor | ({"language": spoken} if spoken else {}),
        *(
            {
                "id": language.tag,
                "name": language.name,
                "english_name": language.english_name,
                "dir": language.direction,
                "interpreter": "human" if language.tag in humans else "ai",
            }
            for language in interpreted
        ),
    ]
    body = {
        "id": event.id,
        "title": event.title,
        "state": event.state,
        "downloads": event.downloads,
        "channels": channels,
        "code": event.code,
        "starts_at": event.starts_at(),
        "notice": event.notice,
        "ai_notice": event.ai_notice,
        "ai_notice_translations": event.ai_notice_translations,
        "provider": provider,
        "conference": event.conference or None,
    }
    return json.dumps(body).encode()


def captions_answer(room: EventRoom, channel: str, page: CaptionPage) -> bytes:
    """The answer of `/e/{event}/poll/{channel}`."""
    head = {
        "state": room.state(channel),
        "before": id_text(page.before),
        "after": id_text(page.after),
        "more": page.more,
        "ai_generated": True,
    }
    return _with_captions(head, page.captions)


def history_answer(captions: list[bytes], before: str) -> bytes:
    """The answer of `/e/{event}/captions/{channel}/history`.

    Args:
        captions: each as JSON, the oldest first.
        before: what to ask for next time.
    """
    return _with_captions({"before": before, "more": before != id_text(None)}, captions)


def _with_captions(head: dict[str, object], captions: list[bytes]) -> bytes:
    text = json.dumps(head).encode().removesuffix(b"}")
    return text + b', "captions": [' + b", ".join(captions) + b"]}"
