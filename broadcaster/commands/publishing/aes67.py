"""An AES67 or Dante stream as a source: by its SDP file, or by the name that is announced."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from broadcaster.audio.input.read_ahead import ReadAhead
from broadcaster.audio.input.readable import unreadable
from broadcaster.audio.pcm import PcmResampler, wide_frame
from broadcaster.av.receiving.groups import ANY_INTERFACE, listen_for_announcements, read_samples
from broadcaster.av.receiving.session_reading import RATE_HZ, AudioStream, read_description
from broadcaster.commands.publishing.streams import StreamPlayback
from broadcaster.errors import CannotPlay
from broadcaster.webrtc.clients.stream_frames import Buffering, StreamFrames

LISTEN_S = 35.0
"""Devices announce their streams every 30 seconds."""
BUFFERING = Buffering(first_s=0.06, most_s=0.5, waits=False)
"""A local network delivers in milliseconds."""
_SIDES = 2
_BLOCK_SAMPLES = RATE_HZ // 100
_ANNOUNCED = "sap:"


@dataclass(frozen=True, slots=True)
class RackStream:
    """A stream of the rack's network.

    Attributes:
        file: its description, or
        announced: its name in announcements.
        channels: to publish, counted from 1: one, or left and right; the first ones if empty.
        interface: address of the network card.
    """

    file: Path | None
    announced: str
    channels: tuple[int, ...]
    interface: str = ANY_INTERFACE


def rack_stream_of(word: str, channels: str | None, interface: str | None) -> RackStream | None:
    """The stream that a word of the command line names; None if it names something else.

    Raises:
        click.UsageError: the options do not fit.
    """
    announced = word.removeprefix(_ANNOUNCED) if word.startswith(_ANNOUNCED) else ""
    if not announced and Path(word).suffix.lower() != ".sdp":
        if channels or interface:
            raise click.UsageError(
                "--channels is for a sound device and for AES67, --interface for AES67: "
                "a .sdp file or sap:NAME."
            )
        return None
    file = None if announced else Path(word)
    return RackStream(file, announced, chosen_channels(channels), interface or ANY_INTERFACE)


def chosen_channels(text: str | None) -> tuple[int, ...]:
    """The channels of a source, counted from 1: one, or left and right; empty if none is named.

    Raises:
        click.UsageError: the text names no channels.
    """
    try:
        chosen = tuple(int(one) for one in text.split(",")) if text else ()
    except ValueError:
        chosen = (0,)
    if len(chosen) > _SIDES or any(one < 1 for one in chosen):
        raise click.UsageError("--channels names one or two, counted from 1: 3 or 3,4.")
    return chosen


def playback_of_rack(rack: RackStream, say: Callable[[str], None]) -> StreamPlayback:
    """The stream as a source."""
    name = rack.announced or str(rack.file)

    @asynccontextmanager
    async def opening() -> AsyncIterator[Iterator[bytes]]:
        pieces = ReadAhead(_read(rack))
        try:
            yield pieces
        finally:
            pieces.close()

    return StreamPlayback(name, opening, StreamFrames(BUFFERING), say)


def show_streams(interface: str | None, seconds: float = LISTEN_S) -> None:
    """Print the streams that are announced, one a line, as they are heard of.

    Raises:
        CannotPlay: announcements cannot be received.
    """
    click.echo(f"listening for {seconds:.0f} seconds…", err=True)
    shown = set()
    for stream in _announced(interface or ANY_INTERFACE, seconds):
        if stream not in shown:
            shown.add(stream)
            form = f"{stream.encoding}, {stream.channels} channels"
            click.echo(f"sap:{stream.name}\t{stream.address}:{stream.port}\t{form}")
    if not shown:
        click.echo("No stream was announced. Check --interface.", err=True)


def _announced(interface: str, seconds: float) -> Iterator[AudioStream]:
    for announcement in listen_for_announcements(seconds, interface):
        try:
            stream = read_description(announcement.description)
        except ValueError:
            continue
        if not announcement.ends:
            yield stream


def _read(rack: RackStream) -> Iterator[bytes]:
    """The stream as s16le stereo 24 kHz, in pieces of 10 ms; blocks.

    Raises:
        CannotPlay: it cannot be found or received, or has ended.
    """
    stream = _found(rack)
    columns = [one - 1 for one in rack.channels] or list(range(min(2, stream.channels)))
    if max(columns) >= stream.channels:
        raise CannotPlay(
            f"{stream.name} has {stream.channels} channels only", hint="See --channels."
        )
    resampler = PcmResampler("stereo")
    waiting, length = [], 0
    for samples in read_samples(stream, rack.interface):
        waiting.append(samples[:, columns])
        length += len(samples)
        if length >= _BLOCK_SAMPLES:
            yield resampler.convert(wide_frame(np.concatenate(waiting), RATE_HZ))
            waiting, length = [], 0


def _found(rack: RackStream) -> AudioStream:
    if rack.file is not None:
        try:
            return read_description(rack.file.read_text(errors="replace"))
        except OSError as error:
            raise unreadable(rack.file, error) from None
        except ValueError as wrong:
            raise CannotPlay(f"{rack.file} cannot be used: {wrong}") from None
    for stream in _announced(rack.interface, LISTEN_S):
        if stream.name == rack.announced:
            return stream
    raise CannotPlay(
        f"no stream named {rack.announced} is announced",
        hint="See the names: broadcaster publish --list-streams.",
    )
