"""Has a provider read an announcement aloud: one short session of the conversational model."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from broadcaster.booths.announcements.translator import SPENT_ON_ANNOUNCEMENTS
from broadcaster.booths.engines.instructions import reading_instructions
from broadcaster.booths.engines.line_up import PricedEngines
from broadcaster.errors import InterpreterFailed
from broadcaster.model.announcements.speech import SpeechReason
from broadcaster.model.event import Channel, EngineKind
from broadcaster.model.ports import Bus
from broadcaster.model.spending.spent import add_cost
from broadcaster.realtime.protocol.settings import ConversationConfig
from broadcaster.realtime.providers.registry import voice_at
from broadcaster.realtime.session_events import (
    AudioDelta,
    OutputText,
    SegmentDone,
    SegmentLost,
    Usage,
)
from broadcaster.realtime.socket.conversation import ConversationConnection, open_conversation

log = logging.getLogger("broadcaster.booths")

READING_TIMEOUT_S = 45.0
_RESPONSE_S = 30.0
_MOST_TOKENS = 2_000
"""100 s of speech; the session ends a response of more than 60 s."""
_LIKENESS = 0.6
"""The words that were spoken and those of the announcement: numbers are written otherwise."""


class NotRead(Exception):
    """No provider has read the text aloud.

    Args:
        why: see `SpeechReason`.
    """

    def __init__(self, why: SpeechReason) -> None:
        super().__init__(why)
        self.why = why


class AnnouncementReader:
    """Makes the sound of announcements for one channel.

    Args:
        event_id: of the event, which bears the cost.
        channel: has the language and the voice.
        known: the engines of each provider of the settings, the preferred one first.
        bus: has the record of the costs.
    """

    def __init__(
        self, event_id: str, channel: Channel, known: Sequence[PricedEngines], bus: Bus
    ) -> None:
        self._event_id = event_id
        self._channel = channel
        self._able = [one for one in known if one.engines.converse_model is not None]
        self._bus = bus

    async def read(self, text: str) -> bytes:
        """The text as speech, s16le mono 24 kHz.

        Raises:
            NotRead: no provider offers that, or all failed.
            BusUnavailable: the cost could not be written down.
        """
        if not self._able:
            raise NotRead(SpeechReason.NOT_OFFERED)
        for one in self._able:
            try:
                async with asyncio.timeout(READING_TIMEOUT_S):
                    pcm = await self._ask(one, text)
            except (InterpreterFailed, TimeoutError) as failed:
                log.warning("an announcement was not read aloud: %s", type(failed).__name__)
                continue
            if pcm:
                return pcm
            log.warning("an announcement was not read aloud: the model said something else")
        raise NotRead(SpeechReason.PROVIDER_FAILED)

    async def _ask(self, one: PricedEngines, text: str) -> bytes:
        """The sound of one provider; empty if that is not the text.

        Raises:
            InterpreterFailed: the session failed.
        """
        engines, language = one.engines, self._channel.language
        assert engines.converse_model is not None
        config = ConversationConfig(
            "",
            model=engines.converse_model,
            max_output_tokens=_MOST_TOKENS,
            response_s=_RESPONSE_S,
        )
        if (voice := voice_at(engines.provider, self._channel.voice)) is not None:
            config = replace(config, voice=voice)
        instructions = await asyncio.to_thread(reading_instructions, language)
        usage = Usage()
        try:
            async with open_conversation(
                engines.http, engines.endpoint, config, timeouts=engines.timeouts
            ) as connection:
                connection.read_aloud(0, text, instructions)
                pcm, words, usage = await _collect(connection)
        finally:
            cost_usd = one.price(EngineKind.CONVERSE, 0, usage)
            await add_cost(self._bus, self._event_id, SPENT_ON_ANNOUNCEMENTS, cost_usd)
        return pcm if _is_reading(words, text) else b""


async def _collect(connection: ConversationConnection) -> tuple[bytes, str, Usage]:
    """The sound of the one response, its words, and what it cost; no sound if it was cut off."""
    pcm, words = bytearray(), ""
    async for output in connection:
        match output:
            case AudioDelta(pcm=more):
                pcm += more
            case OutputText(text=more_words):
                words += more_words
            case SegmentDone(ok=ok, usage=usage):
                return (bytes(pcm) if ok else b""), words, usage
            case SegmentLost(usage=usage):
                return b"", "", usage
    return b"", "", Usage()


def _is_reading(words: str, text: str) -> bool:
    """Whether the model has read the text, and not answered it."""
    said, given = (_letters(one) for one in (words, text))
    return SequenceMatcher(None, said, given, autojunk=False).ratio() >= _LIKENESS


def _letters(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())
