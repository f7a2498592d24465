"""Follows one channel by WebSocket, as docs/protocol.md says, and never gives up."""

from collections.abc import Callable
from enum import StrEnum

import aiohttp
import numpy as np
from yarl import URL

from broadcaster.audio.opus import OpusFrameDecoder
from broadcaster.errors import BadEnvelope
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, opus_samples
from broadcaster.rack.output_buffer import OutputBuffer
from broadcaster.rack.sound import RACK_HZ, RackSamples
from broadcaster.system.backoff import Backoff

PROTOCOL = "broadcaster.audio.v1"
HEARTBEAT_S = 5.0
"""How often the server is asked whether it is there; it has half of that to answer."""
CONNECT_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
_EVENT_ENDED = 4000
_FULL_SCALE = np.float32(32_768)
_REASONS = {
    401: "the event needs its passcode: --passcode",
    403: "the server does not let this rack in",
    404: "the server has no such event or channel",
    409: "the event is closed",
    429: "too many connections come from this address",
}


class FeedState(StrEnum):
    """Whether a channel comes in."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"


class ChannelFeed:
    """One channel's connections, one after the other.

    Args:
        http: client; it has the passcode in its headers.
        event: the attendees' link.
        channel: id of a channel or variant.
        buffer: takes the sound.
        say: takes sentences for people, each once.

    Attributes:
        state: whether it is connected.
        reconnects: how often the connection was made again.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        event: URL,
        channel: str,
        buffer: OutputBuffer,
        say: Callable[[str], None],
    ) -> None:
        self._http = http
        self._url = event / "audio" / channel
        self._channel = channel
        self._buffer = buffer
        self._say = say
        self._decoder = OpusFrameDecoder("mono")
        self._told = ""
        self._connections = 0
        self._backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        self.state = FeedState.CONNECTING

    @property
    def reconnects(self) -> int:
        """See the class."""
        return max(0, self._connections - 1)

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            reason = await self._listen()
            self.state = FeedState.WAITING
            self._tell(f"{reason}; trying again")
            await self._backoff.wait()

    async def _listen(self) -> str:
        """Listen until the connection ends; returns why it did."""
        try:
            async with self._http.ws_connect(
                self._url, protocols=(PROTOCOL,), heartbeat=HEARTBEAT_S
            ) as socket:
                self._connections += 1
                self.state = FeedState.CONNECTED
                self._tell("connected")
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.BINARY:
                        self._take(message.data)
                if socket.close_code == _EVENT_ENDED:
                    return "the event has ended"
                return "the connection was lost"
        except aiohttp.WSServerHandshakeError as refused:
            return _REASONS.get(refused.status, f"the server answered {refused.status}")
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError):
            return "the server's certificate is not trusted: --ca"
        except (aiohttp.ClientError, TimeoutError, OSError):
            return "the server cannot be reached"

    def _take(self, message: bytes) -> None:
        try:
            frame = AudioFrame.from_bytes(message)
        except BadEnvelope:
            return
        self._backoff.reset()
        self._buffer.push(self._decoded(frame.payload), frame.position)

    def _decoded(self, packet: bytes) -> RackSamples:
        """The samples of a packet; silence of its length if it cannot be decoded."""
        frames = self._decoder.decode(packet)
        if not frames:
            return np.zeros(opus_samples(packet) * RACK_HZ // CLOCK_HZ, dtype=np.float32)
        pieces = [frame.to_ndarray().reshape(-1) for frame in frames]
        return np.concatenate(pieces).astype(np.float32) / _FULL_SCALE

    def _tell(self, text: str) -> None:
        if text != self._told:
            self._told = text
            self._say(f"{self._channel}: {text}")
