"""The things that differ between services that interpret."""

from collections.abc import Callable
from dataclasses import dataclass

from broadcaster.realtime.endpoint import RealtimeApi
from broadcaster.realtime.languages import OfferedLanguages
from broadcaster.realtime.protocol.session import AudioProtocol
from broadcaster.realtime.protocol.settings import ContinuousConfig
from broadcaster.realtime.providers.prices import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A service that interprets, as its documents describe it.

    Attributes:
        id: its name in the settings.
        name: as attendees and speakers read who processes the sound; empty if it is not told.
        api: its WebSockets, and how a client shows its key.
        hosts: names, or ends of names with a leading dot, of its machines.
        languages: what its continuous interpreter gives out.
        translation: makes the protocol of a continuous session, given seconds of a monotonic clock.
        translate_model: continuous interpreter.
        converse_model: interpreter of single phrases; None if it offers no conversations.
        transcribe_model: of the source captions; None if it offers no transcriptions.
        prices: what it costs, unless the settings say otherwise.
        session_s: longest life of a session whose server does not say when it ends.
        most_sessions: sessions that an account may have at the same time; None if unknown.
        needs_source: it has to be told the language of the speaker.
        continuous_glossary: its continuous interpreter follows the glossary.
        continuous_voice: its continuous interpreter has voices to choose from.
        voices: names of voices that belong to it; it may have others.
        untried: its file follows published documents and was not tried against the real service.
    """

    id: str
    name: str
    api: RealtimeApi
    hosts: tuple[str, ...] = ()
    languages: OfferedLanguages
    translation: Callable[[ContinuousConfig, Callable[[], float]], AudioProtocol]
    translate_model: str
    converse_model: str | None
    transcribe_model: str | None
    prices: Prices
    session_s: float = 3_600.0
    most_sessions: int | None = None
    needs_source: bool = False
    continuous_glossary: bool = False
    continuous_voice: bool = False
    voices: tuple[str, ...] = ()
    untried: bool = False

    def serves(self, host: str) -> bool:
        """Whether a machine of this name is the provider's own."""
        ends = tuple(name for name in self.hosts if name.startswith("."))
        return host in self.hosts or host.endswith(ends)
