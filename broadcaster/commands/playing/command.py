"""`broadcaster play` as it runs: the channels' connections, the outputs, the status."""

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from ipaddress import IPv4Address

import aiohttp
from yarl import URL

from broadcaster.audio.output.address import PushAddress, check_push_address
from broadcaster.av.sending.rtp_packets import l24_of_floats
from broadcaster.commands.publish_progress import Progress, ProgressWriter
from broadcaster.commands.running import stop_signals
from broadcaster.errors import BroadcasterError
from broadcaster.rack.aes67 import sent_streams
from broadcaster.rack.card import Card, PlaybackDevice
from broadcaster.rack.channel_feed import CONNECT_S, ChannelFeed
from broadcaster.rack.multicast import MulticastSender
from broadcaster.rack.output_buffer import OutputBuffer
from broadcaster.rack.plan import RackChannel, RackPlan
from broadcaster.rack.pushing import StreamPush, WhipPush
from broadcaster.rack.sound import BLOCK_SAMPLES
from broadcaster.rack.status import RackChannelStatus, RackStatus
from broadcaster.system.tasks import first_of

STATUS_EVERY_S = 1.0
SWITCH_S = 0.0005
"""How long one thread of Python may keep the others from running: an output must not wait."""


@dataclass(frozen=True, slots=True)
class MulticastTarget:
    """Send AES67 streams instead of playing on a card.

    Attributes:
        first: address and port of the first stream.
        source: address of this machine in the AV network.
    """

    first: tuple[IPv4Address, int]
    source: IPv4Address


@dataclass(frozen=True, slots=True)
class PushTarget:
    """Push each channel to another server.

    Attributes:
        addresses: one for each channel.
        key: Bearer token of WHIP endpoints.
    """

    addresses: tuple[PushAddress, ...]
    key: str = field(default="", repr=False)


class PlayedChannel:
    """One channel with its buffer and its connection."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        plan: RackPlan,
        channel: RackChannel,
        say: Callable[[str], None],
    ) -> None:
        self.channel = channel
        self.buffer = OutputBuffer(plan.buffer_ms + channel.delay_ms, time.monotonic)
        self.feed = ChannelFeed(http, plan.event, channel.name, self.buffer, say)

    def pull_l24(self) -> bytes:
        """The next 10 ms as L24."""
        return l24_of_floats(self.buffer.pull(BLOCK_SAMPLES))

    def status(self) -> RackChannelStatus:
        """The present status."""
        return RackChannelStatus(
            channel=self.channel.name,
            outputs=self.channel.outputs,
            state=self.feed.state,
            playing=self.buffer.playing,
            buffer_ms=round(self.buffer.buffer_ms, 1),
            drift_ppm=round(self.buffer.drift_ppm, 1),
            level_dbfs=self.buffer.take_dbfs(),
            underruns=self.buffer.underruns,
            reconnects=self.feed.reconnects,
        )


PlayTarget = PlaybackDevice | MulticastTarget | PushTarget


class PlayCommand:
    """One call of `broadcaster play`.

    Args:
        plan: the channels.
        target: the device, the network, or other servers.
        progress: how to show the status.
    """

    def __init__(self, plan: RackPlan, target: PlayTarget, progress: Progress) -> None:
        self._plan = plan
        self._target = target
        self._played: list[PlayedChannel] = []
        self._writer = ProgressWriter(progress.chosen(), self.status)

    def status(self) -> RackStatus:
        """The present status."""
        return RackStatus(tuple(one.status() for one in self._played))

    async def run(self) -> int:
        """Play until a signal; returns the exit code."""
        sys.setswitchinterval(SWITCH_S)
        connector = aiohttp.TCPConnector(ssl=self._plan.trust)
        passcode = self._plan.passcode
        async with AsyncExitStack() as stack:
            stack.push_async_callback(asyncio.to_thread, self._writer.close)
            stop = await stack.enter_async_context(stop_signals())
            http = await stack.enter_async_context(
                aiohttp.ClientSession(
                    connector=connector,
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
                    headers={"Authorization": f"Bearer {passcode}"} if passcode else {},
                )
            )
            self._played = [
                PlayedChannel(http, self._plan, channel, self._writer.say)
                for channel in self._plan.channels
            ]
            feeds = [one.feed.run() for one in self._played]
            try:
                await first_of(self._output(), self._show(), stop.wait(), *feeds, name="play")
            except (BroadcasterError, OSError) as error:
                text = error.advice() if isinstance(error, BroadcasterError) else str(error)
                self._writer.say(f"Error: {text}", failed=True, exit_code=1)
                return 1
            self._writer.say("stopped", exit_code=128 + (stop.number or 0))
            return 128 + (stop.number or 0)

    async def _output(self) -> None:
        match self._target:
            case PlaybackDevice() as device:
                outputs = [(one.buffer.pull, one.channel.outputs) for one in self._played]
                await Card(device, outputs, self._writer.say).run()
            case MulticastTarget() as target:
                name = self._plan.event.name
                streams = sent_streams(self._plan.channels, name, target.first, target.source)
                for stream in streams:
                    self._writer.say(f"sending {stream.name} to {stream.address}:{stream.port}")
                pulls = [one.pull_l24 for one in self._played]
                await MulticastSender(list(zip(streams, pulls, strict=True))).run()
            case PushTarget() as target:
                await self._push(target)

    async def _push(self, target: PushTarget) -> None:
        say = self._writer.say
        connector = aiohttp.TCPConnector(ssl=self._plan.trust)
        async with aiohttp.ClientSession(connector=connector) as http:
            pushes = []
            for address, one in zip(target.addresses, self._played, strict=True):
                check_push_address(address)
                if address.scheme.is_whip:
                    url = URL(address.url)
                    pushes.append(WhipPush(http, url, target.key, one.buffer.pull, say).run())
                else:
                    pushes.append(StreamPush(address, one.buffer.pull, say).run())
            await first_of(*pushes, name="push")

    async def _show(self) -> None:
        while True:
            await asyncio.sleep(STATUS_EVERY_S)
            self._writer.show()
