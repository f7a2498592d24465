"""Every error that can reach a person, as one tree.

BroadcasterError
├── DomainError               a request breaks a rule of events, languages or sessions
│   ├── UnknownLanguage       not the tag or name of a language
│   ├── UnknownEvent          no event has this id
│   ├── EventExists           another event has this id already
│   ├── UnknownChannel        an event has no such channel
│   ├── UnknownSession        a WebRTC session is over, or never existed
│   ├── TooManyJoining        too many WebRTC listeners join at once
│   ├── BadEventId            an event cannot have this id
│   ├── InvalidInitialState   an event cannot begin in this state
│   ├── InvalidTransition     an event cannot take this step from its state
│   ├── BadSchedule           an event would end before it starts
│   ├── EventChanged          the event was changed after it was read
│   ├── EventOver             the event is closed
│   ├── DownloadsOff          an event's captions cannot be downloaded
│   ├── FloorTaken            another publisher has the floor
│   ├── IceRestartUnsupported a WebRTC session cannot get new ICE credentials
│   ├── MalformedSdp          a session description that no WebRTC library makes
│   ├── NoOpusAudio           an offer without the Opus stream that was expected
│   ├── DtlsClientNeeded      a player that will not begin the DTLS handshake
│   ├── TooManyPeers          no room for another WebRTC listener
│   ├── NegotiationTimedOut   our side of a WebRTC session was not ready in time
│   └── ClosedWhileOpening    a WebRTC session was closed while it was set up
├── ServerRefused             a server answered one of our clients with an error
├── BusUnavailable            the bus cannot be reached right now; retried
├── VersionConflict           a record was changed by another writer
├── CannotPlay                a sound file or sound card gives no sound
├── ServerUnreachable         a server to publish to did not answer
├── BadEnvelope               bytes on the bus or a socket that are not an audio envelope
├── ListenerLost              a listener of a load test was refused or dropped
└── InterpreterFailed         the Realtime server refused or dropped a session

Each carries `error`, a stable identifier for programs, `message`, a sentence for people, and
`hint`, the next step. A `DomainError` knows nothing of HTTP: `web/errors.py` holds its status.
"""

from broadcaster.errors.base import (
    BroadcasterError,
    DomainError,
)
from broadcaster.errors.rules import (
    BadEventId,
    BadSchedule,
    DownloadsOff,
    EventChanged,
    EventExists,
    EventOver,
    InvalidInitialState,
    InvalidTransition,
    UnknownChannel,
    UnknownEvent,
    UnknownLanguage,
)
from broadcaster.errors.services import (
    BadEnvelope,
    BusUnavailable,
    CannotPlay,
    InterpreterFailed,
    ListenerLost,
    ServerRefused,
    ServerUnreachable,
    VersionConflict,
)
from broadcaster.errors.webrtc import (
    ClosedWhileOpening,
    DtlsClientNeeded,
    FloorTaken,
    IceRestartUnsupported,
    MalformedSdp,
    NegotiationTimedOut,
    NoOpusAudio,
    TooManyJoining,
    TooManyPeers,
    UnknownSession,
)

__all__ = [
    "BadEnvelope",
    "BadEventId",
    "BadSchedule",
    "BroadcasterError",
    "BusUnavailable",
    "CannotPlay",
    "ClosedWhileOpening",
    "DomainError",
    "DownloadsOff",
    "DtlsClientNeeded",
    "EventChanged",
    "EventExists",
    "EventOver",
    "FloorTaken",
    "IceRestartUnsupported",
    "InterpreterFailed",
    "InvalidInitialState",
    "InvalidTransition",
    "ListenerLost",
    "MalformedSdp",
    "NegotiationTimedOut",
    "NoOpusAudio",
    "ServerRefused",
    "ServerUnreachable",
    "TooManyJoining",
    "TooManyPeers",
    "UnknownChannel",
    "UnknownEvent",
    "UnknownLanguage",
    "UnknownSession",
    "VersionConflict",
]
