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
from broadcaster.realtime.endpoint import Endpoint
from broadcaster.realtime.protocol.settings import ConversationConfig, TranscriptionConfig
from broadcaster.realtime.protocol.translation import endpoint_language
from broadcaster.realtime.socket.conversation import open_conversation
from broadcaster.realtime.socket.transcription import open_transcription
from broadcaster.realtime.socket.translation import open_translation
from broadcaster.realtime.wire import TARGET_LANGUAGES
from broadcaster.writing.scripts import spaces_between_words


@dataclass(frozen=True, slots=True)
class Engines:
    """One Realtime service and the models to use there.

    Attributes:
        http: client to use.
        endpoint: the service.
        converse_model: model of the phrase-by-phrase interpreter; on Azure the deployment's name.
        transcribe_model: model of the source captions.
        extra_languages: languages the translation endpoint is used for beyond the documented ones.
    """

    http: aiohttp.ClientSession
    endpoint: Endpoint
    converse_model: str
    transcribe_model: str
    extra_languages: frozenset[str] = frozenset()

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
    def kind(self) -> EngineKind:
        """Which engine fills the channel."""
        if self.channel.language == FLOOR or self.hears_human:
            return EngineKind.TRANSCRIBE
        if self.channel.interpreter is not Interpreter.AUTO:
            return EngineKind(self.channel.interpreter)
        known = self.language in TARGET_LANGUAGES or self.language in self.engines.extra_languages
        return EngineKind.TRANSLATE if known else EngineKind.CONVERSE

    def open(self, event: Event) -> AbstractAsyncContextManager[Engine]:
        """Open a session with the languages and the glossary of this event.

        Raises:
            InterpreterFailed: on entering: the server refuses or cannot be reached.
        """
        match self.kind:
            case EngineKind.TRANSCRIBE:
                return self._transcribe(event)
            case EngineKind.TRANSLATE:
                return self._translate()
            case EngineKind.CONVERSE:
                return self._converse(event)
            case unknown:
                assert_never(unknown)

    @asynccontextmanager
    async def _translate(self) -> AsyncIterator[Engine]:
        engines, language = self.engines, self.channel.language
        async with open_translation(engines.http, engines.endpoint, language) as connection:
            yield Translate(connection)

    @asynccontextmanager
    async def _converse(self, event: Event) -> AsyncIterator[Engine]:
        engines, language = self.engines, self.channel.language
        instructions = await asyncio.to_thread(
            interpreter_instructions,
            language,
            event.source_language,
            glossary={
                term.text: term.translations[language]
                for term in event.glossary
                if language in term.translations
            },
            do_not_translate=event.do_not_translate,
        )
        config = ConversationConfig(instructions, model=engines.converse_model)
        if self.channel.voice is not None:
            config = replace(config, voice=self.channel.voice)
        spaced = spaces_between_words(self.language)
        async with open_conversation(engines.http, engines.endpoint, config) as connection:
            yield Converse(connection, spaced=spaced)

    @asynccontextmanager
    async def _transcribe(self, event: Event) -> AsyncIterator[Engine]:
        engines = self.engines
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
        async with open_transcription(engines.http, engines.endpoint, config) as connection:
            yield Transcribe(connection)
