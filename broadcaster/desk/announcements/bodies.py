"""The bodies that make and correct announcements."""

import asyncio
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from broadcaster.desk.bodies import MOST_LANGUAGES, Readable
from broadcaster.model.announcements.announcement import (
    LONGEST_LIFE_MINUTES,
    LONGEST_TEXT,
    USUAL_LIFE_MINUTES,
)
from broadcaster.model.event import Notice
from broadcaster.model.language import describe

Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), Readable]
TextByLanguage = Annotated[dict[str, Text], Field(max_length=MOST_LANGUAGES)]
Tag = Annotated[str, StringConstraints(max_length=35)]
LifeMinutes = Annotated[int, Field(ge=1, le=LONGEST_LIFE_MINUTES)]


class _AnnouncementBody(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


class NewAnnouncement(_AnnouncementBody):
    """Body of `POST /api/events/{event}/announcements`."""

    text: Text
    translations: TextByLanguage = Field(default_factory=dict)
    language: Tag | None = None
    urgent: bool = False
    speak: bool = False
    minutes: LifeMinutes = USUAL_LIFE_MINUTES


class AnnouncementChange(_AnnouncementBody):
    """Body of `PATCH /api/events/{event}/announcements/{announcement}`; what is missing stays."""

    text: Text | None = None
    translations: TextByLanguage | None = None
    language: Tag | None = None
    urgent: bool | None = None
    speak: bool | None = None
    minutes: LifeMinutes | None = None
    withdrawn: bool | None = None


class Translation(_AnnouncementBody):
    """Body of `POST /api/events/{event}/announcements/translation`."""

    text: Text
    language: Tag | None = None


async def notice_of(text: str, translations: dict[str, str]) -> Notice:
    """Texts in the model's types.

    Raises:
        UnknownLanguage: a tag is not one.
    """
    tags = await asyncio.to_thread(lambda: {tag: describe(tag).tag for tag in translations})
    return Notice(text, {tags[tag]: text for tag, text in translations.items()})


async def canonical(tag: str | None) -> str:
    """The canonical form of a language's tag; empty for None.

    Raises:
        UnknownLanguage: it is not one.
    """
    return (await asyncio.to_thread(describe, tag)).tag if tag else ""
