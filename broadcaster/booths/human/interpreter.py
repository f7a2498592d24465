"""A channel's human interpreter as its booth sees them: sound, captions and the AI's standby.

record, frames ─▶ HumanSwitch ─▶ OnAirMixer     the voice that is heard
                            ├──▶ HumanTranscript its captions
                            └──▶ AiText          the AI's text: captions, or a crib
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from broadcaster.booths.demand.orders import BoothOrders
from broadcaster.booths.engines.opening import EngineOpener
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.floor.receiver import FloorReceiver
from broadcaster.booths.human.ai_text import AiText, WriteText
from broadcaster.booths.human.switch import CONNECTION_LOST, HumanSwitch
from broadcaster.booths.human.transcript import HumanTranscript
from broadcaster.booths.playout.on_air_mixer import OnAirMixer
from broadcaster.booths.progress import ChannelProgress
from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES, AudioFrame
from broadcaster.model.consoles import console_keys
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.consoles.standby import Standby
from broadcaster.model.event import Channel, Event
from broadcaster.model.ports import Bus, Clock
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.booths")

AWAY_S = 1.5
"""After this long without a frame the transcriber hears silence. The bus is asked before that, as
it may be down: the interpreter's words are then handed on later."""
TICK_S = 0.05
RESUME_S = 3.0
"""An interpreter that was heard when the booth before this one died is expected for this long."""
_SPEECH_MEMORY = 10 * CLOCK_HZ


class HumanInterpreter:
    """Lets the human interpreter of a channel be heard, and the AI when they are not.

    Args:
        event: the event as it is now.
        channel: what the booth fills.
        bus: brings the record and the interpreter's sound.
        clock: time.
        floor: what is interpreted.
        captions: writes the channel's captions.
        write: takes text for them.
        transcriber: opens sessions that write down the interpreter.
        finishes: asked when the booth stops; False leaves the rest to another booth.
        orders: of the booth.
        changed: called when another voice is heard.

    Attributes:
        mixer: the channel's voice.
        ai_text: takes the AI's text.
        transcript: of the interpreter.
        switch: decides which of the two is heard.
    """

    def __init__(
        self,
        *,
        event: Event,
        channel: str,
        bus: Bus,
        clock: Clock,
        floor: FloorReceiver,
        captions: CaptionWriter,
        write: WriteText,
        transcriber: EngineOpener,
        finishes: Callable[[], bool],
        orders: BoothOrders,
        changed: Callable[[], None],
    ) -> None:
        self._event = event.id
        self._channel = channel
        self._bus = bus
        self._clock = clock
        self._floor = floor
        self._captions = captions
        self._changed = changed
        self._standby = Standby.WARM
        topic = console_keys.interpreter_pcm(event.id, channel)
        self._sound = FloorReceiver(topic, bus, clock, live_at_ms=event.live_at_ms, away_s=AWAY_S)
        self._progress = ChannelProgress(
            event=event.id,
            channel=f"{channel}+human",
            bus=bus,
            clock=clock,
            captions=captions,
        )
        self.switch = HumanSwitch(Channel(channel).takeover_silence_s)
        self.mixer = OnAirMixer()
        self.ai_text = AiText(event.id, channel, bus, write, floor.now_ms)
        self.transcript = HumanTranscript(
            event=event,
            channel=channel,
            opener=transcriber,
            buffer=self._sound.buffer,
            captions=captions,
            write=write,
            progress=self._progress,
            clock=clock,
            finishes=finishes,
            orders=orders,
            complete=self._turn_complete,
        )
        self._heard = False
        self._turn = False
        self._resumes_until = clock.monotonic()
        self._position = 0
        self._human_spoke_until = 0
        self._floor_spoke_until = 0
        self._decided = asyncio.Event()
        self._wanted = asyncio.Event()
        """Set when the record changes: until then time changes nothing."""
        self.use_event(event)

    @property
    def heard(self) -> bool:
        """Whether the human interpreter is heard now."""
        return self._heard

    @property
    def resting(self) -> bool:
        """Whether the AI must have no session: it stands by cold, and a human is heard."""
        return self._heard and self._standby is Standby.COLD

    @property
    def stopped_at(self) -> int:
        """Event-clock sample of the floor at which the AI must begin, after a human."""
        return self._floor.buffer.pause_before(self._human_spoke_until or self._position)

    def use_event(self, event: Event) -> None:
        """Take the event as it is now."""
        self.transcript.use_event(event)
        for channel in event.channels:
            if channel.language == self._channel:
                self._standby = channel.standby
                self.switch.takeover_silence_s = channel.takeover_silence_s

    async def go_on(self, texts: list[str]) -> None:
        """Go on with the turn that the channel's last booth wrote down, if there is one.

        Args:
            texts: the newest captions of the channel, oldest first.

        Raises:
            BusUnavailable: the bus does not answer.
        """
        left = await self._progress.read()
        if left.done_until is None:
            return
        self._sound.begin_at(left.done_until)
        self._turn = True
        self._resumes_until = self._clock.monotonic() + RESUME_S
        self.ai_text.hear_ai()
        self.transcript.go_on_after(texts, left.done_until)

    async def run(self) -> None:
        """Follow the record and the interpreter's sound until cancelled."""
        await first_of(
            self._hear_full_band(),
            self._sound.receive(self._hear_frame),
            self._follow_record(),
            self._keep_time(),
            self.transcript.run(),
            self._progress.run(lambda: 0),
            name=f"human interpreter:{self._event}:{self._channel}",
        )

    async def rests(self, *, resting: bool) -> None:
        """Return when the AI must rest, or must not."""
        while self.resting is not resting:
            await self._decided.wait()

    async def _follow_record(self) -> None:
        record_name = console_keys.on_air_record(self._event, self._channel)
        async for record in self._bus.watch(record_name):
            with suppress(ValueError, TypeError):
                self.switch.set_record(OnAir.from_json(record.value), self._clock.monotonic())
                self._apply()
                self._wanted.set()

    async def _hear_full_band(self) -> None:
        """Let the listeners hear what a microphone took up, beyond the 12 kHz of the engines."""
        topic = console_keys.interpreter_full_band(self._event, self._channel)
        async with self._bus.subscribe(topic) as messages:
            async for message in messages:
                frame = AudioFrame.from_bytes(message.payload)
                self.mixer.push_full_band_pcm(frame.position, frame.payload)

    def _hear_frame(self, position: int, pcm: bytes) -> None:
        self._position = position + len(pcm) // SAMPLE_BYTES
        self.mixer.push_human_pcm(position, pcm)
        self.switch.hear_frame(self._clock.monotonic())
        self._apply()

    async def _keep_time(self) -> None:
        while True:
            if not (self.switch.on_air.human or self._heard or self.transcript.unwritten):
                self._wanted.clear()
                await self._wanted.wait()
            await self._clock.sleep(TICK_S)
            self._sound.tick(TICK_S)
            if self.switch.on_air.human:
                self._note_speech()
            self.switch.decide(self._clock.monotonic())
            self._apply()

    def _note_speech(self) -> None:
        now = self._clock.monotonic()
        human = _newly_spoken(self._sound.buffer, self._human_spoke_until)
        if human is not None:
            self._human_spoke_until, spoken_s = human
            self.switch.note_speech(now, spoken_s)
        floor = _newly_spoken(self._floor.buffer, self._floor_spoke_until)
        if floor is not None:
            self._floor_spoke_until, spoken_s = floor
            self.switch.note_floor_speech(now, spoken_s)

    def _apply(self) -> None:
        """Carry out what the switch decided."""
        human = self.switch.human
        if human is not self._heard:
            self._heard = human
            log.info("%s is heard on %s", "a human" if human else "the AI", self._channel)
            if human:
                self.mixer.hear_human()
                self.ai_text.hear_human()
            else:
                self.mixer.hear_ai(at_pause=self.switch.reason != CONNECTION_LOST)
                self.ai_text.hear_ai()
            self._decided.set()
            self._decided = asyncio.Event()
            self._changed()
        if human and not self._turn:
            self._turn = True
            self._captions.end_sentence(self._floor.now_ms())
            self.transcript.begin_turn(self._position)
        elif self._turn and not human and self._clock.monotonic() >= self._resumes_until:
            self._turn = False
            self.transcript.end_turn(self._position or self._sound.buffer.end)

    def _turn_complete(self) -> None:
        if not self._turn:
            self.ai_text.release()


def _newly_spoken(buffer: FloorBuffer, known_until: int) -> tuple[int, float] | None:
    """Where the last speech ends, and how many seconds of it are new; None if there is nothing."""
    since = max(known_until, buffer.end - _SPEECH_MEMORY)
    until = buffer.speech.last_spoken(since, buffer.end)
    if until is None or until <= since:
        return None
    return until, buffer.speech.spoken_s(since, until)
