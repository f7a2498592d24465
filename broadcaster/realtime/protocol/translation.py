"""A Realtime translation session as a state machine.

Until the server confirms our update it interprets into a default language of its own. Sound sent
before that would come back in the wrong language, so `append` refuses it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from broadcaster.realtime import wire
from broadcaster.realtime.languages import endpoint_language
from broadcaster.realtime.protocol.fields import mapping, text_of, whole_number
from broadcaster.realtime.protocol.input_sound import InputSound
from broadcaster.realtime.protocol.session import RUNNING, WORKING, AudioProtocol, State
from broadcaster.realtime.protocol.settings import ContinuousConfig
from broadcaster.realtime.session_events import AudioDelta, InputText, OutputText, SessionEnding


def output_language(config: ContinuousConfig) -> dict[str, object]:
    """The `session` object of OpenAI's update: its sessions take a language and nothing else."""
    return {"audio": {"output": {"language": endpoint_language(config.target)}}}


def confirms_output_language(session: Mapping[str, object], config: ContinuousConfig) -> bool:
    """Whether OpenAI's confirmed `session` has the language we asked for."""
    confirmed = mapping(mapping(session.get("audio")).get("output")).get("language")
    return isinstance(confirmed, str) and endpoint_language(confirmed) == endpoint_language(
        config.target
    )


@dataclass(frozen=True, slots=True)
class Dialect:
    """The ways in which a provider's translation sessions can differ. The defaults are OpenAI's.

    Attributes:
        settings: writes the `session` object of our `session.update`.
        confirms: whether the `session` of an answer is the one that we asked for.
        speaks_first: our update goes out at once; otherwise it answers `session.created`.
        input_hz: sample rate of the sound that it takes, mono s16le.
        append: type of the event that carries sound.
        close: type of the event that ends a session.
        names: types of its events → ours, where they differ.
        fills_silence: it sends events as long as it hears sound, even while nobody speaks.
        tells_elapsed: its outputs say how much sound it had heard. Otherwise they count as an
            answer to all that was sent.
        utterance: field that differs between the texts of two utterances, which it does not put a
            space between; empty if its texts carry all their spaces.
        ending: type of the event by which it says that the session ends soon; empty without one.
        time_left: reads from that event how many seconds are left, None if it does not say.
    """

    settings: Callable[[ContinuousConfig], Mapping[str, object]] = output_language
    confirms: Callable[[Mapping[str, object], ContinuousConfig], bool] = confirms_output_language
    speaks_first: bool = False
    input_hz: int = wire.SAMPLE_RATE_HZ
    append: str = wire.INPUT_AUDIO_APPEND
    close: str = wire.SESSION_CLOSE
    names: Mapping[str, str] = field(default_factory=lambda: wire.BETA_NAMES)
    fills_silence: bool = True
    tells_elapsed: bool = True
    utterance: str = ""
    ending: str = ""
    time_left: Callable[[Mapping[str, object]], float | None] = lambda _event: None


OPENAI_DIALECT = Dialect()


class TranslationProtocol(AudioProtocol):
    """The client side of one translation session.

    Args:
        config: what it interprets into, and how.
        dialect: how the provider's sessions differ from OpenAI's.
    """

    expected: Mapping[str, frozenset[State]] = {
        wire.SESSION_CREATED: frozenset({State.CONNECTING}),
        wire.SESSION_UPDATED: frozenset({State.CONFIGURING}),
        wire.OUTPUT_AUDIO_DELTA: WORKING,
        wire.OUTPUT_TRANSCRIPT_DELTA: WORKING,
        wire.INPUT_TRANSCRIPT_DELTA: WORKING,
        wire.SESSION_CLOSED: RUNNING,
        wire.ERROR: RUNNING,
    }

    def __init__(self, config: ContinuousConfig, dialect: Dialect = OPENAI_DIALECT) -> None:
        super().__init__(
            {
                wire.OUTPUT_AUDIO_DELTA: self._on_audio,
                wire.OUTPUT_TRANSCRIPT_DELTA: self._on_output_text,
                wire.INPUT_TRANSCRIPT_DELTA: self._on_input_text,
                wire.SESSION_CLOSED: self._on_closed,
                dialect.ending: self._on_ending,
            }
        )
        self._config = config
        self._dialect = dialect
        self._input = InputSound(dialect.input_hz)
        self._utterance: object = None
        self._utterances = 0
        self.names = dialect.names
        if dialect.ending:
            self.expected = {**self.expected, dialect.ending: WORKING}
        if dialect.speaks_first:
            early = frozenset({State.CONFIGURING})
            self.expected = {**self.expected, wire.SESSION_CREATED: early}

    @property
    def purpose(self) -> str:
        """The target language."""
        return f"the language {self._config.target}"

    def opened(self) -> None:
        """Send our settings if the server waits for them."""
        if self._dialect.speaks_first:
            self._configure()

    def append(self, pcm: bytes) -> None:
        """Send sound, s16le mono 24 kHz, best `wire.FRAME_BYTES` at a time.

        Raises:
            RuntimeError: the session is not live.
        """
        self._check_live()
        self._append(self._input.encoded(pcm))

    def close(self) -> None:
        """Ask the server to finish what it has heard and end the session.

        Raises:
            RuntimeError: the session is not live.
        """
        self._move(State.CLOSING)
        self._append(self._input.rest())
        self._send({"type": self._dialect.close})

    def _append(self, audio: str) -> None:
        if audio:
            event = {"type": self._dialect.append, "audio": audio}
            self._send(event, answered=self._dialect.fills_silence)

    def _settings(self) -> Mapping[str, object]:
        return self._dialect.settings(self._config)

    def _confirms(self, session: Mapping[str, object]) -> bool:
        return self._dialect.confirms(session, self._config)

    def _on_audio(self, event: Mapping[str, object]) -> None:
        if pcm := self._whole_samples(event):
            self._tell(AudioDelta(pcm, self._elapsed_ms(event)))

    def _on_output_text(self, event: Mapping[str, object]) -> None:
        if text := text_of(event):
            self._tell(OutputText(text, self._elapsed_ms(event), self._segment(event)))

    def _on_input_text(self, event: Mapping[str, object]) -> None:
        if text := text_of(event):
            self._tell(InputText(text, whole_number(event.get("elapsed_ms"))))

    def _elapsed_ms(self, event: Mapping[str, object]) -> int | None:
        if self._dialect.tells_elapsed:
            return whole_number(event.get("elapsed_ms"))
        return self._input.elapsed_ms

    def _segment(self, event: Mapping[str, object]) -> int | None:
        """The number of the utterance that a text belongs to, if the server tells them apart."""
        if not self._dialect.utterance:
            return None
        if event.get(self._dialect.utterance) != self._utterance:
            self._utterance = event.get(self._dialect.utterance)
            self._utterances += 1
        return self._utterances

    def _on_ending(self, event: Mapping[str, object]) -> None:
        self._tell(SessionEnding(self._dialect.time_left(event)))

    def _on_closed(self, _event: Mapping[str, object]) -> None:
        self._finish()
