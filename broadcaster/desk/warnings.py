"""Warnings to the organizer about an event, before it goes live."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from broadcaster.model.consoles.standby import Standby
from broadcaster.model.event import Channel, Event, Interpreter
from broadcaster.model.language import base_language, describe


@dataclass(frozen=True, slots=True)
class EventWarning:
    """Something that works, but perhaps not as the organizer means it.

    Attributes:
        id: stable identifier.
        languages: tags of the channels it is about.
        message: a sentence for people.
        hint: what can be done.
        values: figures in the message.
    """

    id: str
    languages: tuple[str, ...]
    message: str
    hint: str
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expectation:
    """The translation into one language, as the interpreter itself tells of it.

    Attributes:
        translates: what is translated.
        engine: what translates, for people; may be empty.
        quality: the word for the measured quality.
        chrf: measured, from 0 to 100; None if it was not measured.
    """

    translates: Literal["anything", "prepared_talk", "nothing"]
    engine: str = ""
    quality: Literal["good", "gist", "poor", "not_measured"] = "not_measured"
    chrf: float | None = None

    @property
    def kind(self) -> str:
        """The quality, or what is translated if that is not everything."""
        return self.quality if self.translates == "anything" else self.translates


_NOTHING = Expectation("nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpreterFacts:
    """The provider, as far as an organizer has to know it before an event.

    Attributes:
        name: of the provider.
        providers: ids of all providers of the settings.
        languages: tags of the languages that its continuous interpreter gives out.
        speaks: whether the continuous interpreter takes a language by itself.
        only_writes: whether it writes a language and does not speak it.
        sent_tag: the tag by which it is told a channel's language.
        converses: it also interprets phrase by phrase.
        transcribes: it writes captions of the original.
        needs_source: it has to be told what the speaker speaks.
        continuous_glossary: its continuous interpreter follows the glossary.
        continuous_voice: its continuous interpreter has voices to choose from.
        most_sessions: channels that it interprets at the same time; None if unknown.
        untried: it follows published documents and was not tried against the real service.
        told_by: id of the provider of the settings that tells of its languages; empty for none.
        told: what that one tells of each language, by its code without region; None if it does not
            tell.
        usd_per_hour: price of an hour of sound at each provider of the settings, by its id.
    """

    name: str
    providers: tuple[str, ...]
    languages: tuple[str, ...]
    speaks: Callable[[str], bool]
    only_writes: Callable[[str], bool]
    sent_tag: Callable[[str], str]
    converses: bool = True
    transcribes: bool = True
    needs_source: bool = False
    continuous_glossary: bool = False
    continuous_voice: bool = False
    most_sessions: int | None = None
    untried: bool = False
    told_by: str = ""
    told: Callable[[], Mapping[str, Expectation] | None] = lambda: None
    usd_per_hour: Mapping[str, float] = field(default_factory=dict)

    def offered(self) -> tuple[str, ...]:
        """Tags of the languages to choose from: the documented ones, and others that it told."""
        bases = {base_language(tag) for tag in self.languages}
        told = (self.told() if self.told_by == self.providers[0] else None) or {}
        more = (code for code, one in told.items() if one.translates == "anything")
        return (*self.languages, *(code for code in more if code not in bases))

    def expected(self, tag: str) -> Expectation | None:
        """The translation into a language; None if the provider does not tell."""
        return self._told_of(tag) if self.told_by == self.providers[0] else None

    def expectation(self, channel: Channel, event: Event) -> Expectation | None:
        """The translation to expect of a channel; None if its provider does not tell."""
        first, *_ = self._order(channel, event)
        tells = first == self.told_by and not channel.relay_from
        return self._told_of(channel.language) if tells else None

    def expectation_of_fallback(self, channel: Channel, event: Event) -> Expectation | None:
        """The translation to expect when a fallback takes over; None if it does not tell."""
        _, *others = self._order(channel, event)
        tells = self.told_by in others and not channel.relay_from
        return self._told_of(channel.language) if tells else None

    def _order(self, channel: Channel, event: Event) -> tuple[str, ...]:
        """Ids of the providers of a channel; at least one."""
        return event.failover.order(channel.providers) or self.providers

    def _told_of(self, tag: str) -> Expectation | None:
        told = self.told()
        return None if told is None else told.get(base_language(tag), _NOTHING)

    def is_continuous(self, channel: Channel) -> bool:
        """Whether the continuous interpreter fills a channel."""
        if channel.interpreter is Interpreter.AUTO:
            return self.speaks(channel.language) or not self.converses
        return channel.interpreter is Interpreter.TRANSLATE


STAGE_KEY_UNREADABLE = EventWarning(
    "stage_key_unreadable",
    (),
    "The speaker's link cannot be shown: its key was encrypted with a store key that is missing. "
    "The link that the speaker has goes on to work.",
    "Restore the store key and start again, or replace the stage key: "
    'PATCH {"new_stage_key": true}.',
)


def warnings_about(event: Event, facts: InterpreterFacts) -> list[EventWarning]:
    """The warnings about an event; looking up names reads files.

    Args:
        event: the event.
        facts: the provider that interprets it.
    """
    return [
        *_about_languages(event, facts),
        *_about_translation(event, facts),
        *_about_provider(event, facts),
        *_about_standby(event, facts),
    ]


def _about_languages(event: Event, facts: InterpreterFacts) -> Iterator[EventWarning]:
    alike: dict[str, list[str]] = defaultdict(list)
    written: list[str] = []
    unknown: list[str] = []
    for channel in event.channels:
        tag = channel.language
        if not facts.is_continuous(channel):
            if not facts.converses:
                unknown.append(tag)
            continue
        alike[facts.sent_tag(tag)].append(tag)
        if facts.only_writes(tag):
            written.append(tag)
        elif not facts.speaks(tag) and not facts.converses:
            unknown.append(tag)
    yield from (_same_interpretation(tags) for tags in alike.values() if len(tags) > 1)
    if written:
        yield EventWarning(
            "only_written",
            tuple(written),
            f"{facts.name} writes {_listed(written)}, but does not speak it: there are captions "
            "and no voice.",
            "Tell the audience to read, or choose another language.",
        )
    if unknown:
        yield EventWarning(
            "not_interpreted",
            tuple(unknown),
            f"{facts.name} is not documented to interpret {_listed(unknown)} in this way.",
            "Choose another language or let it be interpreted automatically, or try it before the "
            "event.",
        )


def _about_translation(event: Event, facts: InterpreterFacts) -> Iterator[EventWarning]:
    lacking = []
    for channel in event.channels:
        expected = facts.expectation(channel, event)
        if expected is not None and expected.translates != "anything":
            lacking.append(channel.language)
    if lacking:
        yield EventWarning(
            "not_translated",
            tuple(lacking),
            f"{facts.name} has nothing that translates free speech into {_listed(lacking)}: "
            "at most sentences of its prepared talk are heard and read there.",
            "Add a translation model to the interpreter (docs/local-interpreter.md), or choose "
            "another language.",
        )


def _about_provider(event: Event, facts: InterpreterFacts) -> Iterator[EventWarning]:
    continuous = [one.language for one in event.channels if facts.is_continuous(one)]
    if facts.needs_source and event.source_language is None and continuous:
        yield EventWarning(
            "source_language_needed",
            tuple(continuous),
            f"{facts.name} has to be told which language the speaker speaks.",
            "Enter the language of the speaker in the advanced options of this event.",
        )
    if event.source_captions and not facts.transcribes:
        yield EventWarning(
            "no_source_captions",
            (),
            f"{facts.name} offers no captions of the original.",
            "Turn them off for this event, or choose another provider.",
        )
    wanted = len(event.channels) + (event.source_captions and facts.transcribes)
    if facts.most_sessions is not None and wanted > facts.most_sessions:
        yield EventWarning(
            "too_many_sessions",
            tuple(one.language for one in event.channels),
            f"This event needs {wanted} sessions at the same time. {facts.name} allows an account "
            f"{facts.most_sessions}.",
            "Choose fewer languages, or ask the provider for more sessions.",
        )
    orders = {one.language: event.failover.order(one.providers) for one in event.channels}
    missing = [one for one in event.channels if {*orders[one.language]} - {*facts.providers}]
    if missing:
        named = {name for one in missing for name in orders[one.language]}
        unknown = sorted(named - {*facts.providers})
        yield EventWarning(
            "provider_not_set_up",
            tuple(one.language for one in missing),
            f"The settings of this server do not have the provider {' or '.join(unknown)}.",
            f"Choose among {', '.join(facts.providers)}, or add it to "
            "BROADCASTER_FALLBACK_PROVIDERS.",
        )
    if facts.untried and event.channels:
        yield EventWarning(
            "provider_untried",
            (),
            f"{facts.name} was not tried against the real service: its part of this program "
            "follows the published documents.",
            "Try your languages with a real speaker before the event.",
        )


def _about_standby(event: Event, facts: InterpreterFacts) -> Iterator[EventWarning]:
    if event.failover.standby is not Standby.WARM:
        return
    listening: dict[str, float] = {}
    for channel in event.channels:
        wanted = event.failover.order(channel.providers) or facts.providers
        known = [name for name in wanted if name in facts.providers] or facts.providers
        if len(known) > 1:
            listening[channel.language] = facts.usd_per_hour.get(known[1], 0.0)
    if listening:
        usd = sum(listening.values())
        yield EventWarning(
            "standby_costs",
            tuple(listening),
            f"The next service listens all the time to interpret {_listed([*listening])}. While "
            f"these languages are interpreted, that costs about ${usd:.2f} more per hour.",
            "If a break of some seconds will do, let it open its session when it is needed.",
            {"usd_per_hour": round(usd, 2)},
        )
    else:
        yield EventWarning(
            "standby_missing",
            (),
            "This event wants a service that listens all the time, but no second service is set "
            "up.",
            "Add one to BROADCASTER_FALLBACK_PROVIDERS.",
        )


def _same_interpretation(tags: list[str]) -> EventWarning:
    return EventWarning(
        "same_interpretation",
        tuple(tags),
        f"{_listed(tags)} get the same interpretation: the continuous interpreter knows only "
        f"{describe(base_language(tags[0])).english_name}.",
        "Keep one of them, or let all but one be interpreted phrase by phrase.",
    )


def _listed(tags: list[str]) -> str:
    names = [describe(tag).english_name for tag in tags]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
