"""The floor channel's captions: one transcription per event, not one per language."""

from dataclasses import replace

from broadcaster.booths.staffing.orders import Duty
from broadcaster.booths.text.spoken_language import SpokenLanguage, prepare
from broadcaster.booths.workplace import Kit, Workplace
from broadcaster.model.event import Event
from broadcaster.model.language import FLOOR
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import BoothStatus


class SourceBooth(Workplace):
    """Writes down one event's floor until cancelled, and knows which language it speaks.

    Args:
        event: the event when it starts; changes are followed.
        kit: engines and prices.
        bus: where the floor comes from and the captions go.
        clock: time.
        duty: what is asked of it; None to write until cancelled.
    """

    def __init__(
        self, event: Event, kit: Kit, bus: Bus, clock: Clock, duty: Duty | None = None
    ) -> None:
        super().__init__(
            event, FLOOR, None, kit.engines.transcriber, kit, bus, clock, duty or Duty()
        )
        self._spoken = SpokenLanguage()

    async def run(self) -> None:
        """Write until cancelled or the duty ends."""
        await prepare()
        await self._work(lambda _position, _pcm: None)

    def overheard(self, text: str) -> None:
        """See `rendition.Sink`; another language is reported at once."""
        before = self._spoken.language
        self._spoken.add(text)
        if self._spoken.language != before:
            self._publish_status()

    def _status(self) -> BoothStatus:
        return replace(super()._status(), floor_language=self._spoken.language)
