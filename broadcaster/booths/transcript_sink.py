"""The sink of the source captions: what the transcriber of the floor writes."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from broadcaster.booths.floor.receiver import FloorReceiver
from broadcaster.booths.progress import ChannelProgress
from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.booths.text.spoken_language import SpokenLanguage
from broadcaster.booths.timing.places import TextPlace
from broadcaster.booths.timing.sources import sourced
from broadcaster.model.event import Event
from broadcaster.model.status import BoothStatus


class TranscriptSink:
    """A `BoothSink`: text becomes captions, and tells which language the floor speaks.

    Args:
        floor: the floor.
        captions: writes the floor channel's captions.
        progress: records how far the floor is written down.
        language_changed: called at once when the speaker changes the language.
    """

    def __init__(
        self,
        *,
        floor: FloorReceiver,
        captions: CaptionWriter,
        progress: ChannelProgress,
        language_changed: Callable[[], None],
    ) -> None:
        self._floor = floor
        self._captions = captions
        self._progress = progress
        self._language_changed = language_changed
        self._spoken = SpokenLanguage()

    async def run(self) -> None:
        """See `BoothSink`; there is nothing to play."""
        await asyncio.get_running_loop().create_future()

    async def finish(self) -> None:
        """See `BoothSink`; there is nothing to play."""

    def push_floor_pcm(self, position: int, pcm: bytes) -> None:
        """See `BoothSink`; the floor is not played here."""

    def push_speech(self, pcm: bytes, source_position: int, answered_ms: int | None = None) -> None:
        """See `Sink`; a transcriber does not speak."""

    def push_text(self, text: str, source: TextPlace | None = None) -> None:
        """See `Sink`; here the times are those of the floor."""
        self._captions.push_text(text, self._floor.now_ms(), sourced(source, source))

    def push_source_text(self, text: str) -> None:
        """See `Sink`."""
        before = self._spoken.language
        self._spoken.add(text)
        if self._spoken.language != before:
            self._language_changed()

    def mark_done(self, position: int) -> None:
        """See `Sink`."""
        self._progress.mark(position)

    def end_phrase(self) -> None:
        """See `Sink`; the floor's own pauses tell more."""

    def begin_session(self) -> None:
        """See `Sink`."""
        self._captions.begin_session()

    def silence_expected(self) -> bool:
        """See `Sink`; every speech can be written down."""
        return False

    def use_event(self, event: Event) -> None:
        """See `BoothSink`; nothing here depends on it."""

    def measure(self, status: BoothStatus) -> BoothStatus:
        """See `BoothSink`."""
        return replace(status, floor_language=self._spoken.language)

    def played_samples(self) -> int:
        """See `BoothSink`; a transcriber does not speak."""
        return 0

    def begin_sound_at(self, position: int) -> None:
        """See `BoothSink`; the floor's sound is made elsewhere."""

    def sound_until(self) -> int:
        """See `BoothSink`; the floor's sound is made elsewhere."""
        return 0
