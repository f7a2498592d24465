"""The sound of a stream that FFmpeg reads, from an address or from another program's output."""

import logging
from collections.abc import Iterator
from io import RawIOBase

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from broadcaster.audio.input.stream_address import StreamAddress
from broadcaster.audio.pcm import AvFrame, ChangingResampler
from broadcaster.errors import CannotPlay

log = logging.getLogger(__name__)

OPEN_S = 15.0
"""For a server to answer and send enough to know what it is."""
LISTEN_S = 60.0
"""For a sender to come; then FFmpeg listens again."""
READ_S = 5.0
"""A stream that gives nothing for this long is given up."""
_PROBE_US = "500000"
"""Sound that FFmpeg looks at to know what it is; it is heard later by as much."""
_PROTOCOLS = "rtmp,rtmps,http,https,httpproxy,tcp,tls,udp,crypto"
"""A playlist or another description that comes by one of these can name no file of this machine."""
_ERRORS_IN_A_ROW = 50


def read_address(address: StreamAddress) -> Iterator[bytes]:
    """Read a stream as s16le stereo 24 kHz until it ends; blocks between the pieces.

    Raises:
        CannotPlay: it cannot be opened, gives nothing or is broken off.
    """
    options = {"protocol_whitelist": _PROTOCOLS}
    if not address.pulled:
        options |= {"analyzeduration": _PROBE_US, "fflags": "nobuffer"}
    if address.listens:
        options["listen"] = "1"
    open_s = LISTEN_S if address.listens else OPEN_S
    try:
        container = av.open(address.url, "r", options=options, timeout=(open_s, READ_S))
    except (av.FFmpegError, OSError, ValueError) as error:
        if address.listens and isinstance(error, av.error.ExitError):
            raise CannotPlay(f"nobody has sent to {address.name} yet") from None
        raise CannotPlay(f"{address.name} cannot be read: {_reason(error)}") from None
    yield from _sound(container, address.name)


def read_transport_stream(file: RawIOBase, name: str) -> Iterator[bytes]:
    """Read MPEG-TS as s16le stereo 24 kHz until it ends; blocks between the pieces.

    Args:
        file: gives the bytes as they come, and is closed in the end.
        name: of its origin, for people.

    Raises:
        CannotPlay: it is not MPEG-TS with sound, or is broken off.
    """
    options = {"analyzeduration": _PROBE_US, "fflags": "nobuffer"}
    with file:
        try:
            container = av.open(file, "r", format="mpegts", options=options)
        except (av.FFmpegError, OSError, ValueError):
            raise CannotPlay(
                f"{name} gives no MPEG-TS", hint="Check its address and passphrase."
            ) from None
        yield from _sound(container, name)


def _sound(container: InputContainer, name: str) -> Iterator[bytes]:
    with container:
        stream = next(iter(container.streams.audio), None)
        if stream is None or stream.codec_context is None:
            raise CannotPlay(
                f"{name} has no sound that FFmpeg can decode", hint="Send AAC, Opus or MP3."
            )
        resampler = ChangingResampler("stereo")
        try:
            for frame in _frames(container, stream):
                yield resampler.convert(frame)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise CannotPlay(f"{name} was broken off: {_reason(error)}") from None
    raise CannotPlay(f"{name} has ended")


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AvFrame]:
    """Decoded sound; a packet that does not decode is left out."""
    failures = 0
    for packet in container.demux(stream):
        if packet.size == 0:
            continue
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError):
            failures += 1
            if failures == _ERRORS_IN_A_ROW:
                raise
            continue
        failures = 0
        yield from frames


def _reason(error: Exception) -> str:
    """FFmpeg's words without the address, which may hold a secret."""
    if isinstance(error, av.error.ExitError):
        return "nothing came in time"
    return (getattr(error, "strerror", None) or type(error).__name__).lower()
