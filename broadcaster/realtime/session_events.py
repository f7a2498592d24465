"""Events of a Realtime session, as the booth gets them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionReady:
    """The server confirmed our settings; sound may be sent.

    Attributes:
        session_id: the server's id, for support requests; empty if it gave none.
        expires_at: Unix time in seconds at which the server ends the session, if it said so.
    """

    session_id: str
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class AudioDelta:
    """Interpreted sound, of any length, ahead of or behind real time, possibly all zero.

    Attributes:
        pcm: s16le mono 24 kHz, whole samples, never empty.
        elapsed_ms: how much sound the session had heard when this was made, if the server said so.
        segment: the segment this interprets; None in a continuous translation.
    """

    pcm: bytes
    elapsed_ms: int | None
    segment: int | None = None


@dataclass(frozen=True, slots=True)
class OutputText:
    """A fragment of the interpretation; fragments carry their own spaces and are only appended.

    The fragments of one segment belong together; between two segments there is no space.
    """

    text: str
    elapsed_ms: int | None
    segment: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens the provider bills; zeros where the server did not say.

    Attributes:
        cached_text: those of `input_text` that were cached.
        cached_audio: those of `input_audio` that were cached.
    """

    input_text: int = 0
    input_audio: int = 0
    cached_text: int = 0
    cached_audio: int = 0
    output_text: int = 0
    output_audio: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_text + other.input_text,
            self.input_audio + other.input_audio,
            self.cached_text + other.cached_text,
            self.cached_audio + other.cached_audio,
            self.output_text + other.output_text,
            self.output_audio + other.output_audio,
        )


@dataclass(frozen=True, slots=True)
class SegmentDone:
    """A segment's interpretation ends: everything there is of it came before this.

    Attributes:
        segment: its number.
        ok: the server completed it; otherwise only its beginning came.
        reason: stable identifier of what went wrong; empty when `ok`.
        usage: sum of all attempts.
    """

    segment: int
    ok: bool
    reason: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class SegmentLost:
    """A segment was not interpreted at all and will not be.

    Attributes:
        segment: its number.
        reason: stable identifier of what went wrong.
        usage: sum of all attempts.
    """

    segment: int
    reason: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class InputText:
    """A fragment of the speaker's words.

    Attributes:
        text: with its own spacing, but for the first of an item.
        elapsed_ms: how much sound the session had heard, if the server said so.
        item_id: the stretch it belongs to, whose `InputSegment` replaces it.
        said_ms: the times between which it was said in the sound that was sent, if the server said
            so. It is then settled: its `InputSegment` says the same.
    """

    text: str
    elapsed_ms: int | None
    item_id: str = ""
    said_ms: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class InputSegment:
    """The speaker's words in one stretch. Replaces the fragments of this `item_id`.

    Attributes:
        item_id: the server's id of the stretch.
        text: all of it; empty when nothing was understood.
        languages: ISO 639-1 codes the server heard, if it said so.
        final: nothing follows for this item; final ones come in the order of the speech.
        start_ms: where it starts in the sound that was sent in this session.
        end_ms: where it ends, or how much was sent so far when not `final`.
        seconds: of audio billed for it, if the server said so.
        speech_start_ms: where the server heard speech start, if it said so.
        speech_end_ms: where it heard that speech end, if it said so.
    """

    item_id: str
    text: str
    languages: tuple[str, ...]
    final: bool
    start_ms: int
    end_ms: int
    seconds: float | None = None
    speech_start_ms: int | None = None
    speech_end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ServerError:
    """The server reported an error.

    Attributes:
        code: stable identifier.
        message: a sentence that may be shown and logged.
        fatal: the session is over; iterating its connection raises why.
    """

    code: str
    message: str
    fatal: bool


@dataclass(frozen=True, slots=True)
class SessionEnding:
    """The server will end the session soon.

    Attributes:
        left_s: seconds until then, if it said so.
    """

    left_s: float | None


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """The session has ended as asked; nothing follows."""


SessionEvent = (
    SessionReady
    | AudioDelta
    | OutputText
    | InputText
    | InputSegment
    | SegmentDone
    | SegmentLost
    | ServerError
    | SessionEnding
    | SessionClosed
)
