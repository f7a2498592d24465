"""Which engine each channel gets, and how it is opened."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import aiohttp

from broadcaster.booths.engines.engine import Converse, Engine, Transcribe, Translate
from broadcaster.booths.engines.instructions import interpreter_instructions
from broadcaster.model.event import Channel, Event, Interpreter
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
    """Opens sessions at one Realtime service.

    Attributes:
        http: client to use.
        endpoint: the service.
        converse_model: model of the phrase-by-phrase interpreter, on Azure the deployment's name.
        transcribe_model: model of the source captions.
        extra_languages: languages the translation endpoint is used for beyond the documented ones.
    """

    http: aiohttp.ClientSession
    endpoint: Endpoint
    converse_model: str
    transcribe_model: str
    extra_languages: frozenset[str] = frozenset()

    def kind(self, channel: Channel) -> Interpreter:
        """What interprets into a channel."""
        if channel.interpreter is not Interpreter.AUTO:
            return channel.interpreter
        language = endpoint_language(channel.language)
        known = language in TARGET_LANGUAGES or language in self.extra_languages
        return Interpreter.TRANSLATE if known else Interpreter.CONVERSE

    def interpreter(self, event: Event, channel: Channel) -> AbstractAsyncContextManager[Engine]:
        """Open a session that interprets into a channel.

        Raises:
            InterpreterFailed: on entering, when the server refuses or cannot be reached.
        """
        if self.kind(channel) is Interpreter.TRANSLATE:
            return self._translate(channel)
        return self._converse(event, channel)

    @asynccontextmanager
    async def transcriber(self, event: Event) -> AsyncIterator[Engine]:
        """Open a session that writes down what the floor says.

        Raises:
            InterpreterFailed: the server refuses or cannot be reached.
        """
        config = TranscriptionConfig(
            model=self.transcribe_model,
            languages=(event.source_language,) if event.source_language else (),
            keywords=(*(term.text for term in event.glossary), *event.do_not_translate),
        )
        async with open_transcription(self.http, self.endpoint, config) as connection:
            yield Transcribe(connection)

    @asynccontextmanager
    async def _translate(self, channel: Channel) -> AsyncIterator[Engine]:
        async with open_translation(self.http, self.endpoint, channel.language) as connection:
            yield Translate(connection)

    @asynccontextmanager
    async def _converse(self, event: Event, channel: Channel) -> AsyncIterator[Engine]:
        instructions = await asyncio.to_thread(
            interpreter_instructions,
            channel.language,
            event.source_language,
            glossary={
                term.text: term.translations[channel.language]
                for term in event.glossary
                if channel.language in term.translations
            },
            do_not_translate=event.do_not_translate,
        )
        config = ConversationConfig(instructions, model=self.converse_model)
        spaced = spaces_between_words(channel.language)
        async with open_conversation(self.http, self.endpoint, config) as connection:
            yield Converse(connection, spaced=spaced)
