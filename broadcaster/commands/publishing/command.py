"""The options of `broadcaster publish`, and its run until its source has ended."""

import asyncio
import ssl
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import aiohttp
import click
from yarl import URL

from broadcaster.audio.input.capture import CardInput, list_devices
from broadcaster.audio.input.stream_address import StreamAddress, parse_stream_address
from broadcaster.audio.level import LevelMeter
from broadcaster.commands.publish_progress import Progress, ProgressWriter, PublishStatus
from broadcaster.commands.publishing.aes67 import (
    RackStream,
    chosen_channels,
    playback_of_rack,
    rack_stream_of,
)
from broadcaster.commands.publishing.sources import DevicePlayback, FilePlayback, Playback
from broadcaster.commands.publishing.streams import playback_of
from broadcaster.commands.running import stop_signals
from broadcaster.commands.sound_options import trust_of
from broadcaster.errors import BroadcasterError, CannotPlay, ServerRefused, ServerUnreachable
from broadcaster.system.tasks import first_of
from broadcaster.webrtc.clients.steady_publisher import PublisherState, SteadyPublisher

PROGRESS_EVERY_S = 1.0
CONNECT_S = 10.0


class ExitCode(IntEnum):
    """How `broadcaster publish` ended; a signal is 128 and its number, Ctrl-C is 130."""

    PLAYED = 0
    CANNOT_PLAY = 1
    USAGE = 2
    REFUSED = 3
    UNREACHABLE = 4


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """The source to publish, and the address.

    Attributes:
        url: WHIP endpoint.
        key: stage key.
        file: the recording, or
        card: the sound device, or
        stream: the address of a stream, or
        rack: a stream of the rack's network.
        loop: play the recording again and again.
        trust: which certificates to trust; True for those of this machine.
        progress: how to show it.
    """

    url: URL
    key: str
    file: Path | None
    card: CardInput | None
    stream: StreamAddress | None
    rack: RackStream | None
    loop: bool
    trust: ssl.SSLContext | bool
    progress: Progress


def plan_from(
    words: tuple[str, ...],
    key: str | None,
    device: str | None,
    progress: str,
    ca: Path | None,
    *,
    channels: str | None = None,
    interface: str | None = None,
    loop: bool,
    backup: bool,
) -> PublishPlan:
    """The plan of a command line.

    Raises:
        click.UsageError: the words do not say what to publish where.
    """
    if device is None and len(words) != 2:  # noqa: PLR2004
        raise click.UsageError(
            "Name a sound file or stream and the event's WHIP address: FILE URL."
        )
    if device is not None and len(words) != 1:
        raise click.UsageError("With --device name the event's WHIP address only: URL.")
    source = "" if device is not None else words[0]
    card = _card_of(device, channels, interface)
    rack = rack_stream_of(source, channels, interface) if card is None else None
    stream = _stream_of(source) if rack is None else None
    is_file = card is None and stream is None and rack is None
    if loop and not is_file:
        raise click.UsageError("--loop repeats a file; a device or a stream has no end.")
    if not key:
        raise click.UsageError("Give the event's stage key: --key or BROADCASTER_STAGE_KEY.")
    try:
        url = URL(words[-1])
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise click.UsageError(f"{words[-1]} is not an address like https://…/whip/EVENT.")
    if not key.isprintable() or not key.isascii():
        raise click.UsageError("The stage key has characters that no key has; copy it again.")
    trust = trust_of(ca)
    if backup:
        url = url.update_query(backup="1")
    file = Path(source) if is_file else None
    return PublishPlan(url, key, file, card, stream, rack, loop, trust, Progress(progress))


def _card_of(device: str | None, channels: str | None, interface: str | None) -> CardInput | None:
    """The sound device that the options name.

    Raises:
        click.UsageError: they do not fit.
    """
    if device is None:
        return None
    if interface:
        raise click.UsageError("--interface is for AES67; a sound device has none.")
    return CardInput(device, chosen_channels(channels))


def _stream_of(word: str) -> StreamAddress | None:
    """The stream that a word of the command line is the address of; None for a file's name.

    Raises:
        click.UsageError: it is the address of something else.
    """
    if "://" not in word:
        return None
    try:
        return parse_stream_address(word)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None


def show_devices() -> None:
    """Print the devices for `--device`, one a line.

    Raises:
        CannotPlay: they cannot be listed.
    """
    devices = list_devices()
    for device in devices:
        click.echo(f"{device.name}\t{device.description}")
    if not devices:
        click.echo("There is no sound device that ALSA knows on this machine.", err=True)


class PublishCommand:
    """One call of `broadcaster publish`."""

    def __init__(self, plan: PublishPlan) -> None:
        self._plan = plan
        self._playback: Playback | None = None
        self._publisher: SteadyPublisher | None = None
        self._writer = ProgressWriter(plan.progress.chosen(), self.status)
        self._level = LevelMeter().take()
        self._damage_told = False
        self._told = ""
        self._ended = False

    async def run(self) -> int:
        """Publish until the end or a signal; returns the exit code."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(asyncio.to_thread, self._writer.close)
            stop = await stack.enter_async_context(stop_signals())
            try:
                await first_of(self._publish(), self._show(), stop.wait(), name="publish")
            except (CannotPlay, ServerRefused, ServerUnreachable) as error:
                code: int = _exit_code(error)
                self._end(
                    f"Error: {error.advice()}",
                    code,
                    error=error.error,
                    hint=error.hint,
                    failed=True,
                )
            else:
                code = ExitCode.PLAYED if stop.number is None else 128 + stop.number
                self._end("stopped" if stop.number is not None else self._farewell(), code)
        return code

    def status(self) -> PublishStatus:
        """The present status."""
        playback, publisher, level = self._playback, self._publisher, self._level
        return PublishStatus(
            state=PublisherState.ENDED if self._ended else self._state(),
            position_s=round(playback.position_s, 2) if playback is not None else 0.0,
            duration_s=playback.duration_s if playback is not None else None,
            level_dbfs=level.level_dbfs,
            peak_dbfs=level.peak_dbfs,
            round_trip_ms=publisher.round_trip_ms if publisher is not None else None,
            loops=playback.loops if playback is not None else 0,
            reconnects=publisher.reconnects if publisher is not None else 0,
            damaged_frames=playback.damaged_frames if playback is not None else 0,
            device=playback.works if playback is not None else None,
        )

    async def _publish(self) -> None:
        plan = self._plan
        playback = await self._source()
        connector = aiohttp.TCPConnector(ssl=plan.trust)
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_S)
        async with (
            playback.opened(),
            aiohttp.ClientSession(connector=connector, timeout=timeout) as http,
        ):
            self._playback = playback
            self._publisher = SteadyPublisher(
                http,
                plan.url,
                plan.key,
                playback.frames,
                self._tell_state,
                patient=plan.file is None,
            )
            await self._publisher.run()

    async def _source(self) -> Playback:
        """The source of the plan.

        Raises:
            CannotPlay: this machine cannot read such streams.
        """
        plan = self._plan
        if plan.card is not None:
            return DevicePlayback(plan.card, self._writer.say)
        if plan.stream is not None:
            return await playback_of(plan.stream, self._writer.say)
        if plan.rack is not None:
            return playback_of_rack(plan.rack, self._writer.say)
        assert plan.file is not None
        return FilePlayback(plan.file, loop=plan.loop, say=self._writer.say)

    async def _show(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS_EVERY_S)
            if self._playback is None:
                continue
            self._level = self._playback.frames.level()
            if self._playback.damaged_frames and not self._damage_told:
                self._damage_told = True
                self._writer.say("a damaged frame was skipped; more are counted")
            self._writer.show()

    def _tell_state(self, state: PublisherState, text: str) -> None:
        assert self._playback is not None
        assert self._publisher is not None
        if state is PublisherState.ON_FLOOR:
            text = f"on the floor: {self._playback.name}"
            if self._publisher.reconnects:
                text += f" (again, at {self._playback.position_s:.1f} s)"
        if text != self._told or state is PublisherState.ON_FLOOR:
            self._told = text
            self._writer.say(text)

    def _state(self) -> PublisherState:
        return self._publisher.state if self._publisher is not None else PublisherState.CONNECTING

    def _farewell(self) -> str:
        assert self._playback is not None
        text = f"played to the end: {self._playback.name}"
        if self._playback.damaged_frames:
            text += f"; damaged frames skipped: {self._playback.damaged_frames}"
        if self._playback.unread:
            text += "; a part of it could not be read"
        return text

    def _end(self, text: str, code: int, *, failed: bool = False, **more: object) -> None:
        self._ended = True
        self._writer.say(text, failed=failed, exit_code=int(code), **more)


def _exit_code(error: BroadcasterError) -> ExitCode:
    match error:
        case ServerRefused():
            return ExitCode.REFUSED
        case ServerUnreachable():
            return ExitCode.UNREACHABLE
        case _:
            return ExitCode.CANNOT_PLAY
