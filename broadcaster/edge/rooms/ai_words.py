"""Says on every output that a machine interprets: a header for programs, sentences for people."""

import json
from functools import lru_cache

from babel.core import parse_locale

from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.model.language import FLOOR
from broadcaster.model.transcripts.notices import own_ai_notice
from broadcaster.model.variant import ChannelVariant
from broadcaster.web.assets import assets

AI_DISCLOSURE = "AI-Disclosure"
"""The header of draft-abaris-aicdh-01, an individual Internet-Draft: there is no standard yet."""
MADE_BY_AI = {
    AI_DISCLOSURE: "mode=machine-generated",
    "Access-Control-Expose-Headers": AI_DISCLOSURE,
}
"""Headers of answers with captions or with sound of a machine."""
_FOLDER, _ENDING = "i18n/", ".json"
_TRADITIONAL = "Hant"


def ai_notice(room: EventRoom, channel: str) -> str:
    """The sentence about AI for those who hear or read a channel, in its language.

    Args:
        room: of the event.
        channel: its id, or that of a variant.

    Returns:
        The organizer's own, or else that of the pages; empty if the organizer wants none.
    """
    channel = ChannelVariant.parse(channel).channel
    own = own_ai_notice(room.event, channel)
    if own is not None:
        return own
    language = room.floor_language if channel == FLOOR else channel
    return _sentences(_page_language(language or "en"))["aiNotice"]


def station_name(room: EventRoom, channel: str) -> str:
    """The name that players show: the event's title, and of interpreted sound what made it."""
    title = " ".join(room.event.title.split())
    language = ChannelVariant.parse(channel).channel
    if language == FLOOR or room.event.ai_notice == "":
        return title
    return f"{title} · {_sentences(_page_language(language))['interpretedByAi']}"


@lru_cache(maxsize=256)
def _page_language(tag: str) -> str:
    """The language of the pages that suits a channel; English where they have none."""
    known = _page_languages()
    if tag in known:
        return tag
    try:
        language, territory, script, *_ = parse_locale(tag, sep="-")
    except ValueError:
        return "en"
    if language == "zh":
        traditional = script == _TRADITIONAL or territory in {"TW", "HK", "MO"}
        return "zh-Hant" if traditional else "zh-Hans"
    return language if language in known else "en"


@lru_cache(maxsize=1)
def _page_languages() -> frozenset[str]:
    return frozenset(
        path.removeprefix(_FOLDER).removesuffix(_ENDING)
        for path in assets().sources
        if path.startswith(_FOLDER) and path.endswith(_ENDING) and path.count("/") == 1
    )


@lru_cache(maxsize=64)
def _sentences(language: str) -> dict[str, str]:
    texts = json.loads(assets().sources[f"{_FOLDER}{language}{_ENDING}"].body)
    return {name: texts[name] for name in ("aiNotice", "interpretedByAi")}
