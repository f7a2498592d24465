"""Chooses the engine of each channel, and opens its sessions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import assert_never

import aiohttp

from broadcaster.booths.engines.converse import Converse
from broadcaster.booths.engines.engine import Engine
from broadcaster.booths.engines.instructions import interpreter_instructions
from broadcaster.booths.engines.transcribe import Transcribe
from broadcaster.booths.engines.translate import Translate
from broadcaster.model.event import Channel, EngineKind, Event, Interpreter
from broadcaster.model.language import FLOOR
from broadcaster.realtime import failures
from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.languages import endpoint_language
from broadcaster.realtime.protocol.settings import (
    ContinuousConfig,
    ConversationConfig,
    TranscriptionConfig,
)
from broadcaster.realtime.providers.openai import OPENAI
from broadcaster.realtime.providers.provider import Provider
from broadcaster.realtime.providers.registry import voice_at
from broadcaster.realtime.socket.conversation import open_conversation
from broadcaster.realtime.socket.transcription import open_transcription
from broadcaster.realtime.socket.translation import open_translation
from broadcaster.writing.scripts import spaces_between_words


@dataclass(frozen=True, slots=True)
class Engines:
    """One Realtime service and the models to use there.

    Attributes:
        http: client to use.
        endpoint: the service; its model is that of the continuous interpreter.
        converse_model: model of the phrase-by-phrase interpreter, on Azure the deployment's name;
            None if the service offers none.
        transcribe_model: model of the source captions; None if the service offers none.
        extra_languages: languages the translation endpoint is used for beyond the documented ones.
        provider: what is known of the service.
        timeouts: deadlines for the service; None for the usual ones.
    """

    http: aiohttp.ClientSession
    endpoint: Endpoint
    converse_model: str | None
    transcribe_model: str | None
    extra_languages: frozenset[str] = frozenset()
    provider: Provider = OPENAI
    timeouts: Timeouts | None = None

    def opener(self, channel: Channel) -> "EngineOpener":
        """Opens sessions for one channel; the floor channel gets a transcriber."""
        return EngineOpener(self, channel)

    def transcriber(self, channel: Channel) -> "EngineOpener":
        """Opens sessions that write down a human interpreter of one channel."""
        return EngineOpener(self, channel, hears_human=True)


@dataclass(frozen=True, slots=True)
class EngineOpener:
    """Opens sessions of the engine that fills one channel.

    Attributes:
        engines: the service.
        channel: what the engine fills.
        hears_human: whether the engine writes down a human interpreter of the channel.
    """

    engines: Engines
    channel: Channel
    hears_human: bool = False

    @property
    def language(self) -> str:
        """ISO 639-1 code of what the engine speaks or writes."""
        return endpoint_language(self.channel.language)

    @property
    def documented(self) -> bool:
        """Whether the provider's continuous interpreter is documented to speak the language."""
        return self.engines.provider.languages.spoken_tag(self.channel.language) is not None

    @property
    def speaks(self) -> bool:
        """Whether the engine speaks what it writes."""
        if self.kind is EngineKind.TRANSLATE:
            return self.engines.provider.languages.written_tag(self.channel.language) is None
        return self.kind is EngineKind.CONVERSE

    @property
    def offered(self) -> bool:
        """Whether the provider is documented to offer what the channel needs."""
        match self.kind:
            case EngineKind.TRANSCRIBE:
                return self.engines.transcribe_model is not None
            case EngineKind.CONVERSE:
                return self.engines.converse_model is not None
            case EngineKind.TRANSLATE:
                written = self.engines.provider.languages.written_tag(self.channel.language)
                return self._continuous or written is not None
            case unknown:
                assert_never(unknown)

    @property
    def _continuous(self) -> bool:
        return self.documented or self.language in self.engines.extra_languages

    @property
    def session_s(self) -> float:
        """Longest life of a session, if the server does not say when it ends."""
        return self.engines.provider.session_s

    @property
    def kind(self) -> EngineKind:
        """Which engine fills the channel."""
        if self.channel.language == FLOOR or self.hears_human:
            return EngineKind.TRANSCRIBE
        if self.channel.interpreter is not Interpreter.AUTO:
            return EngineKind(self.channel.interpreter)
        if self._continuous or self.engines.converse_model is None:
            return EngineKind.TRANSLATE
        return EngineKind.CONVERSE

    def open(self, event: Event) -> AbstractAsyncContextManager[Engine]:
        """Open a session with the languages and the glossary of this event.

        Raises:
            InterpreterFailed: on entering: the server refuses or cannot be reached, or the provider
                does not offer such sessions.
        """
        match self.kind:
            case EngineKind.TRANSCRIBE:
                return self._transcribe(event)
            case EngineKind.TRANSLATE:
                return self._translate(event)
            case EngineKind.CONVERSE:
                return self._converse(event)
            case unknown:
                assert_never(unknown)

    @asynccontextmanager
    async def _translate(self, event: Event) -> AsyncIterator[Engine]:
        engines, language = self.engines, self.channel.language
        config = ContinuousConfig(
            language,
            engines.endpoint.model,
            event.source_language,
            voice_at(engines.provider, self.channel.voice),
            {name: name for name in event.do_not_translate} | self._glossary(event),
        )
        protocol = engines.provider.translation(config, asyncio.get_running_loop().time)
        async with open_translation(
            engines.http, engines.endpoint, protocol, timeouts=engines.timeouts
        ) as connection:
            yield Translate(connection, spaced=spaces_between_words(self.language))

    def _glossary(self, event: Event) -> dict[str, str]:
        """Each term of the speaker and how this channel says it."""
        language = self.channel.language
        return {
            term.text: term.translations[language]
            for term in event.glossary
            if language in term.translations
        }

    @asynccontextmanager
    async def _converse(self, event: Event) -> AsyncIterator[Engine]:
        engines, language = self.engines, self.channel.language
        if engines.converse_model is None:
            raise failures.not_offered("no_conversations", "interpretation phrase by phrase")
        instructions = await asyncio.to_thread(
            interpreter_instructions,
            language,
            event.source_language,
            glossary=self._glossary(event),
            do_not_translate=event.do_not_translate,
        )
        config = ConversationConfig(instructions, model=engines.converse_model)
        if (voice := voice_at(engines.provider, self.channel.voice)) is not None:
            config = replace(config, voice=voice)
        spaced = spaces_between_words(self.language)
        async with open_conversation(
            engines.http, engines.endpoint, config, timeouts=engines.timeouts
        ) as connection:
            yield Converse(connection, spaced=spaced)

    @asynccontextmanager
    async def _transcribe(self, event: Event) -> AsyncIterator[Engine]:
        engines = self.engines
        if engines.transcribe_model is None:
            raise failures.not_offered("no_transcriptions", "captions of the original")
        if self.hears_human:
            spoken: str | None = self.channel.language
            terms = [one for term in event.glossary if (one := term.translations.get(spoken or ""))]
        else:
            spoken = event.source_language
            terms = [term.text for term in event.glossary]
        config = TranscriptionConfig(
            model=engines.transcribe_model,
            languages=(spoken,) if spoken else (),
            keywords=(*terms, *event.do_not_translate),
        )
        async with open_transcription(
            engines.http, engines.endpoint, config, timeouts=engines.timeouts
        ) as connection:
            yield Transcribe(connection)
