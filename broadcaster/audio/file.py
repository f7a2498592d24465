"""Sound files as floor PCM: whatever FFmpeg reads, and what it can still read of a damaged one."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from broadcaster.audio.input.ogg_links import FileSlice, find_ogg_links
from broadcaster.audio.input.readable import check_readable, unreadable
from broadcaster.audio.pcm import AvFrame, ChangingResampler, Layout
from broadcaster.errors import CannotPlay

log = logging.getLogger(__name__)

_FIRST_FFMPEG_ERROR = 4096
"""Numbers from here on are FFmpeg's own errors, below it the operating system's."""
_ERRORS_IN_A_ROW = 50
"""Reads that fail one after the other before the rest of a file is given up."""


@dataclass(slots=True)
class Damage:
    """The parts of a file that could not be played.

    Attributes:
        frames: packets that were skipped because they did not decode.
        unread: whether the rest of the file, or of one of its links, could not be read.
    """

    frames: int = 0
    unread: bool = False


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A file that has sound.

    Attributes:
        path: where it is.
        duration_s: its length if the file says it; None if not.
        notes: sentences on what a person may not expect of it.
    """

    path: Path
    duration_s: float | None
    notes: tuple[str, ...] = field(default=())


def examine(path: Path) -> SoundFile:
    """Look into a file and decode its first sound.

    Raises:
        CannotPlay: there is no sound in it that can be played; says why.
    """
    check_readable(path)
    sound = _describe(path)
    damage = Damage()
    if not any(read_pcm(path, damage)):
        if damage.frames or damage.unread:
            raise CannotPlay(
                f"nothing of the sound in {path.name} can be decoded",
                hint="The file is damaged; try another copy of it.",
            )
        raise CannotPlay(
            f"{path.name} contains no sound: its length is zero",
            hint="Record or export it again.",
        )
    return sound


def read_pcm(path: Path, damage: Damage | None = None, layout: Layout = "mono") -> Iterator[bytes]:
    """Decode a file piece by piece to s16le 24 kHz, as far as it can be decoded.

    A damaged packet is skipped and counted. Rate and layout may change in the middle.

    Args:
        path: any file FFmpeg reads; its first audio stream is taken.
        damage: counts what was skipped.
        layout: mono is the mean of left and right; stereo has both, a mono file twice.

    Raises:
        CannotPlay: it is not a sound file, or cannot be read.
    """
    damage = damage if damage is not None else Damage()
    resampler = ChangingResampler(layout)
    parts = _parts(path)
    for part in parts:
        try:
            container = _open(path, part)
        except CannotPlay:
            if len(parts) == 1:
                raise
            damage.unread = True
            continue
        with container:
            for frame in _frames(container, _audio_stream(container, path), damage):
                damage.frames += frame.is_corrupt
                try:
                    yield resampler.convert(frame)
                except (av.FFmpegError, ValueError):
                    damage.frames += 1
    yield resampler.flush()


def _frames(container: InputContainer, stream: AudioStream, damage: Damage) -> Iterator[AvFrame]:
    for packet in _packets(container, stream, damage):
        if packet.size == 0:
            continue  # Given to a decoder, it would mean the end of the sound.
        try:
            yield from packet.decode()
        except av.EOFError:
            stream.codec_context.flush_buffers()
            damage.frames += 1
        except (av.FFmpegError, ValueError):
            damage.frames += 1
    try:
        yield from stream.codec_context.decode(None)
    except (av.FFmpegError, ValueError):
        damage.frames += 1


def _packets(
    container: InputContainer, stream: AudioStream, damage: Damage
) -> Iterator["av.Packet[AudioStream]"]:
    failures = 0
    packets = container.demux(stream)
    while failures < _ERRORS_IN_A_ROW:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, ValueError) as error:
            failures += 1
            log.debug("a packet could not be read: %s", error)
            packets = container.demux(stream)
            continue
        if packet is None:
            return
        failures = 0 if packet.size else failures
        yield packet
    damage.unread = True


def _parts(path: Path) -> list[tuple[int, int] | None]:
    """The parts of a file that are read one after the other; None is the whole file."""
    try:
        links = find_ogg_links(path)
    except OSError as error:
        raise unreadable(path, error) from None
    return list(links) if len(links) > 1 else [None]


def _open(path: Path, part: tuple[int, int] | None) -> InputContainer:
    """Open a file, or bytes `part` of it, and make sure that it has an audio stream.

    Raises:
        CannotPlay: there is no sound in it.
    """
    # FFmpeg would take what is before a colon in a name for a protocol.
    source = f"file:{path}" if part is None else FileSlice(path, *part)
    try:
        container = av.open(source, "r", metadata_errors="replace")
    except av.FFmpegError as error:
        if isinstance(error, OSError) and (error.errno or 0) < _FIRST_FFMPEG_ERROR:
            raise unreadable(path, error) from None
        raise CannotPlay(
            f"{path.name} is not a sound file that FFmpeg can read",
            hint="Export it as WAV, FLAC, MP3, Ogg or M4A.",
        ) from None
    try:
        _audio_stream(container, path)
    except CannotPlay:
        container.close()
        raise
    return container


def _audio_stream(container: InputContainer, path: Path) -> AudioStream:
    streams = container.streams.audio
    if not streams:
        what = "only pictures" if container.streams.video else "no audio stream"
        raise CannotPlay(
            f"{path.name} has no sound: it contains {what}",
            hint="Choose a recording with sound.",
        )
    if streams[0].codec_context is None:
        raise CannotPlay(
            f"the sound of {path.name} has a codec that FFmpeg cannot decode",
            hint="Export it as WAV, FLAC, MP3, Ogg or M4A.",
        )
    return streams[0]


def _describe(path: Path) -> SoundFile:
    parts = _parts(path)
    with _open(path, parts[0]) as container:
        notes = []
        if (tracks := len(container.streams.audio)) > 1:
            notes.append(f"{path.name} has {tracks} audio streams; the first is played.")
        if container.streams.video:
            notes.append(f"{path.name} has pictures too; only its sound is played.")
        known = container.duration if len(parts) == 1 else None
    return SoundFile(path, known / av.time_base if known else None, tuple(notes))
