"""The bodies that create and change events, validated and turned into the model's types."""

import asyncio
import re
import secrets
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from broadcaster.auth import new_key
from broadcaster.model.consoles.standby import TAKEOVER_SILENCE_S, Standby
from broadcaster.model.event import (
    Channel,
    EventState,
    Interpreter,
    Notice,
    Term,
)
from broadcaster.model.failover.choices import BEHIND_S, Failover
from broadcaster.model.inputs.floor_delay import LONGEST_FLOOR_DELAY_MS
from broadcaster.model.inputs.stereo_input import StereoInput
from broadcaster.model.join import ALPHABET, Passcode
from broadcaster.model.language import describe
from broadcaster.model.relay.relays import check_relays

LONGEST_SLUG = 48
_SUFFIX_LENGTH = 6
"""Random characters at the end of an id that is made from a title: 30 bits."""
LONGEST_RETENTION_DAYS = 3650
LONGEST_HOLD_BACK_S = 30
MOST_LANGUAGES = 60
MOST_TERMS = 200
MOST_PROVIDERS = 8
HIGHEST_CAP_USD = 1_000_000
LONGEST_OPEN_MINUTES = 24 * 60
FIRST_YEAR, LAST_YEAR = 2000, 2200

_TIME_ZONES = frozenset(available_timezones())
"""IANA names; looking them up reads files."""
_INVISIBLE = frozenset({"Cf", "Mn", "Zl", "Zp", "Zs"})
"""Unicode categories of characters that show nothing by themselves."""


def _readable(text: str) -> str:
    """Check a text that people read; a tab or a line's end becomes a space.

    Raises:
        ValueError: it has control characters, or none that shows.
    """
    text = " ".join(text.split())
    categories = {unicodedata.category(character) for character in text}
    if categories & {"Cc", "Cs"}:
        raise ValueError("it has characters that no text has; type it again")
    if categories <= _INVISIBLE:
        raise ValueError("it must not be empty")
    return text


def _sentence_or_nothing(text: str) -> str:
    return _readable(text) if text else text


def _near(start: datetime) -> datetime:
    """Check that a planned start is a time that every browser can show.

    Raises:
        ValueError: it is not.
    """
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        raise ValueError(f"the year must be between {FIRST_YEAR} and {LAST_YEAR}")
    return start


def _choosable(state: EventState) -> EventState:
    """Check that it is a state that an organizer can ask for.

    Raises:
        ValueError: it is not.
    """
    if state is EventState.DELETED:
        raise ValueError("delete the event by DELETE")
    return state


def _known_zone(name: str) -> str:
    """Check that a time zone is one of the IANA database.

    Raises:
        ValueError: it is not.
    """
    if name not in _TIME_ZONES:
        raise ValueError("it is not a time zone; write it as Europe/Berlin or America/New_York")
    return name


def _typable(passcode: str) -> str:
    """Check that everybody can type a passcode on a phone, whatever its language.

    Raises:
        ValueError: it has spaces, accents or letters of another script.
    """
    if not (passcode.isascii() and passcode.isprintable() and " " not in passcode):
        raise ValueError("use only the letters A to Z, digits and signs such as - and !, no spaces")
    return passcode


Title = Annotated[str, StringConstraints(max_length=120), AfterValidator(_readable)]
Word = Annotated[str, StringConstraints(max_length=80), AfterValidator(_readable)]


Readable = AfterValidator(_readable)
Sentence = Annotated[str, StringConstraints(max_length=300), AfterValidator(_readable)]
SentenceOrNothing = Annotated[
    str, StringConstraints(max_length=300), AfterValidator(_sentence_or_nothing)
]
PasscodeText = Annotated[
    str, StringConstraints(min_length=6, max_length=63), AfterValidator(_typable)
]
PlannedTime = Annotated[AwareDatetime, AfterValidator(_near)]
ChosenState = Annotated[EventState, AfterValidator(_choosable)]
TimeZone = Annotated[str, StringConstraints(max_length=60), AfterValidator(_known_zone)]
OpenMinutes = Annotated[int, Field(ge=0, le=LONGEST_OPEN_MINUTES)]
Voice = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


ProviderId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Providers = Annotated[tuple[ProviderId, ...], Field(max_length=MOST_PROVIDERS)]


class LanguageChoice(_Body):
    """A language and what interprets into it; its tag alone takes the defaults."""

    tag: str
    interpreter: Interpreter = Interpreter.AUTO
    always: bool = False
    voice: Voice | None = None
    standby: Standby = Standby.WARM
    takeover_silence_s: float = Field(TAKEOVER_SILENCE_S, ge=3, le=120)
    relay_from: str | None = None
    providers: Providers = ()

    @model_validator(mode="before")
    @classmethod
    def _tag_alone(cls, given: Any) -> Any:
        return {"tag": given} if isinstance(given, str) else given


class GlossaryTerm(_Body):
    """A term with its translations by language tag."""

    text: Word
    translations: dict[str, Word] = Field(default_factory=dict, max_length=MOST_LANGUAGES)


class FailoverBody(_Body):
    """How the engines of an event take over from each other; a missing one is as usual."""

    providers: Providers = ()
    standby: Standby = Standby.COLD
    behind_s: float = Field(BEHIND_S, ge=5, le=60)


Translations = Annotated[dict[str, Sentence], Field(max_length=MOST_LANGUAGES)]
LanguageChoices = Annotated[list[LanguageChoice], Field(min_length=1, max_length=MOST_LANGUAGES)]


class AlarmLimitsBody(_Body):
    """Limits of alarms; a missing one is the usual one. `alarms.limits` says what they mean."""

    speaker_gone_s: float | None = Field(None, ge=3, le=600)
    silence_s: float | None = Field(None, ge=5, le=3600)
    clipping_s: float | None = Field(None, ge=1, le=60)
    lag_s: float | None = Field(None, ge=3, le=120)
    booth_failed_s: float | None = Field(None, ge=1, le=600)
    spend_percent: float | None = Field(None, ge=10, le=100)


class EventOptions(_Body):
    """The options of an event: each has a default and can be changed at any time."""

    source_language: str | None = None
    source_captions: bool = True
    glossary: list[GlossaryTerm] = Field(default_factory=list, max_length=MOST_TERMS)
    do_not_translate: list[Word] = Field(default_factory=list, max_length=MOST_TERMS)
    spend_cap_usd: float | None = Field(None, gt=0, le=HIGHEST_CAP_USD)
    stereo_input: StereoInput = StereoInput.AUTO
    downloads: bool = False
    hold_back_s: int = Field(0, ge=0, le=LONGEST_HOLD_BACK_S)
    floor_delay_ms: int = Field(0, ge=0, le=LONGEST_FLOOR_DELAY_MS)
    passcode: PasscodeText | None = None
    starts_at: PlannedTime | None = None
    ends_at: PlannedTime | None = None
    notice: Sentence | None = None
    notice_translations: Translations = Field(default_factory=dict)
    ai_notice: SentenceOrNothing | None = None
    ai_notice_translations: Translations = Field(default_factory=dict)
    retention_days: int | None = Field(None, ge=1, le=LONGEST_RETENTION_DAYS)
    alarm_limits: AlarmLimitsBody | None = None
    conference: str | None = Field(None, max_length=LONGEST_SLUG)
    room: Word | None = None
    time_zone: TimeZone | None = None
    auto_open_minutes: OpenMinutes | None = None
    auto_live: bool = False
    failover: FailoverBody | None = None

    async def given(self) -> dict[str, Any]:
        """The options that were sent, as values of fields of `model.event.Event`.

        Raises:
            UnknownLanguage: a tag is not one.
        """
        options = self.model_dump(include=self.model_fields_set & EventOptions.model_fields.keys())
        spoken = [self.source_language] if self.source_language is not None else []
        terms = (tag for term in self.glossary for tag in term.translations)
        texts_in = {*self.notice_translations, *self.ai_notice_translations}
        tags = await _canonical({*spoken, *terms, *texts_in})
        if spoken:
            options["source_language"] = tags[spoken[0]]
        if "glossary" in options:
            options["glossary"] = tuple(
                Term(term.text, {tags[tag]: text for tag, text in term.translations.items()})
                for term in self.glossary
            )
        if "do_not_translate" in options:
            options["do_not_translate"] = tuple(dict.fromkeys(self.do_not_translate))
        if self.passcode is not None:
            options["passcode"] = Passcode(self.passcode, new_key())
        for name in {"starts_at", "ends_at"} & options.keys():
            time = options.pop(name)
            options[f"{name}_ms"] = None if time is None else int(time.timestamp() * 1000)
        for name in {"notice_translations", "ai_notice_translations"} & options.keys():
            options[name] = {tags[tag]: text for tag, text in options[name].items()}
        if "alarm_limits" in options:
            limits = self.alarm_limits or AlarmLimitsBody.model_validate({})
            options["alarm_limits"] = limits.model_dump(exclude_none=True)
        if "failover" in options:
            options["failover"] = Failover.of(options["failover"])
        for name in {"conference", "room"} & options.keys():
            options[name] = options[name] or ""
        return options


class NewEvent(EventOptions):
    """Body of `POST /api/events`."""

    title: Title
    languages: LanguageChoices
    id: str | None = Field(None, max_length=LONGEST_SLUG)
    state: ChosenState = EventState.OPEN


class EventChange(EventOptions):
    """Body of `PATCH /api/events/{event}`. A missing field leaves its value unchanged."""

    title: Title | None = None
    languages: LanguageChoices | None = None
    state: ChosenState | None = None
    new_stage_key: bool = False


class PauseNotice(_Body):
    """A sentence for the audience of a paused event, with translations by language tag."""

    text: Sentence
    translations: Translations = Field(default_factory=dict)

    async def notice(self) -> Notice:
        """The sentence in the model's types.

        Raises:
            UnknownLanguage: a tag is not one.
        """
        tags = await _canonical(self.translations)
        return Notice(self.text, {tags[tag]: text for tag, text in self.translations.items()})


class Pause(_Body):
    """Body of `POST /api/events/{event}/pause`; a request without a body pauses without notice."""

    notice: PauseNotice | None = None


class Duplicate(_Body):
    """Body of `POST /api/events/{event}/duplicate`."""

    title: Title | None = None
    id: str | None = Field(None, max_length=LONGEST_SLUG)


async def channels(chosen: Iterable[LanguageChoice]) -> tuple[Channel, ...]:
    """The chosen languages as channels, without repeats, in the order given.

    Raises:
        UnknownLanguage: a tag is not one.
        BadRelay: a channel would be interpreted from itself, or from one that is not chosen.
    """
    chosen = list(chosen)
    tags = await _canonical(
        tag for choice in chosen for tag in (choice.tag, choice.relay_from) if tag is not None
    )
    found: dict[str, Channel] = {}
    for choice in chosen:
        tag = tags[choice.tag]
        options = choice.model_dump(exclude={"tag", "relay_from"})
        relay = "" if choice.relay_from is None else tags[choice.relay_from]
        found.setdefault(tag, Channel(tag, **options, relay_from=relay))
    check_relays(tuple(found.values()))
    return tuple(found.values())


async def _canonical(tags: Iterable[str]) -> dict[str, str]:
    """The canonical form of each tag; looking them up reads files."""
    return await asyncio.to_thread(lambda: {tag: describe(tag).tag for tag in tags})


def slug_of(title: str, otherwise: str) -> str:
    """An id from a title that nobody can guess, so that a closed event is not found by its name.

    Args:
        title: perhaps in a script of which nothing is left in an id.
        otherwise: takes the place of such a title.
    """
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    longest = LONGEST_SLUG - _SUFFIX_LENGTH - 1
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_title)[:longest].strip("-") or otherwise
    suffix = "".join(secrets.choice(ALPHABET) for _ in range(_SUFFIX_LENGTH))
    return f"{slug}-{suffix.lower()}"
