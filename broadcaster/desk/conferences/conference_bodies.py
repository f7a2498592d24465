"""The bodies that create and change conferences."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from broadcaster.desk.bodies import (
    LONGEST_SLUG,
    MOST_LANGUAGES,
    LanguageChoice,
    OpenMinutes,
    TimeZone,
    Title,
    Word,
    channels,
)

MOST_ROOMS = 100

Rooms = Annotated[list[Word], Field(max_length=MOST_ROOMS)]
Languages = Annotated[list[LanguageChoice], Field(max_length=MOST_LANGUAGES)]


class ConferenceOptions(BaseModel):
    """The fields of a conference that have a default."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    rooms: Rooms = Field(default_factory=list)
    languages: Languages = Field(default_factory=list)
    auto_open_minutes: OpenMinutes | None = 10
    auto_live: bool = False

    @model_validator(mode="after")
    def _each_room_once(self) -> Self:
        if len(set(self.rooms)) < len(self.rooms):
            raise ValueError("two rooms have the same name")
        return self

    async def given(self) -> dict[str, Any]:
        """The fields that were sent, as values of fields of `Conference`.

        Raises:
            UnknownLanguage: a tag is not one.
        """
        values: dict[str, Any] = {
            name: getattr(self, name) for name in self.model_fields_set if name != "id"
        }
        if "rooms" in values:
            values["rooms"] = tuple(self.rooms)
        if "languages" in values:
            values["languages"] = await channels(self.languages)
        return values


class NewConference(ConferenceOptions):
    """Body of `POST /api/conferences`."""

    title: Title
    time_zone: TimeZone
    id: str | None = Field(None, max_length=LONGEST_SLUG)


class ConferenceChange(ConferenceOptions):
    """Body of `PATCH /api/conferences/{conference}`. A missing field leaves its value unchanged."""

    title: Title | None = None
    time_zone: TimeZone | None = None

    @model_validator(mode="after")
    def _keeps_what_is_needed(self) -> Self:
        for name in ("title", "time_zone"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"a conference needs a {name}")
        return self
