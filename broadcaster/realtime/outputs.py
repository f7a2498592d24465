"""What a translation session tells the booth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionReady:
    """The server confirmed our language; sound may be sent.

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
    """

    pcm: bytes
    elapsed_ms: int | None


@dataclass(frozen=True, slots=True)
class OutputText:
    """A fragment of the interpretation; fragments carry their own spaces and are only appended."""

    text: str
    elapsed_ms: int | None


@dataclass(frozen=True, slots=True)
class InputText:
    """A fragment of what the speaker said, if transcription was asked for."""

    text: str
    elapsed_ms: int | None


@dataclass(frozen=True, slots=True)
class ServerError:
    """The server reported an error.

    Attributes:
        code: stable identifier.
        message: a sentence that may be shown and logged.
        fatal: the session is over; `TranslationProtocol.failure` says what to do.
    """

    code: str
    message: str
    fatal: bool


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """The server said goodbye; nothing follows."""


Output = SessionReady | AudioDelta | OutputText | InputText | ServerError | SessionClosed
