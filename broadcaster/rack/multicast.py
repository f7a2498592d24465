"""Sends channels as AES67 streams: one packet each millisecond for each of them."""

import asyncio
import logging
import os
import queue
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address

from broadcaster.av.sending.announcing import (
    ANNOUNCE_EVERY_S,
    SAP_ADDRESSES,
    SAP_PORT,
    announcement,
)
from broadcaster.av.sending.rtp_packets import PACKET_BYTES, RtpL24
from broadcaster.av.sending.stream import AES67_HZ, MULTICAST_TTL, PACKET_SAMPLES, SentStream

log = logging.getLogger(__name__)

PACKETS_A_BLOCK = 10
BLOCK_BYTES = PACKETS_A_BLOCK * PACKET_BYTES
PACKET_S = PACKET_SAMPLES / AES67_HZ
_BLOCKS_AHEAD = 2
"""Blocks that are ready before they are due; beyond it the maker of blocks waits."""
_LATE_S = 0.1
"""A sender that is later goes on with what is due then, as after a machine slept."""
_WAIT_S = 0.25
_MEDIA_TOS = 0x88
"""DSCP AF41, of media in AES67 networks (AES67-2018 section 6.3.2)."""
_PRIORITY = 10

PullL24 = Callable[[], bytes]
"""Gives the next `BLOCK_BYTES` of a stream."""


class MulticastSender:
    """Sends streams at an even pace, in threads of its own.

    One thread makes blocks, another one sends what is due, so that no calculation delays a packet.

    Args:
        streams: each stream, and what gives its sound.
        monotonic: the time in seconds that paces the packets.
        sleep: waits for some seconds in a thread.
    """

    def __init__(
        self,
        streams: Sequence[tuple[SentStream, PullL24]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._streams = streams
        self._monotonic = monotonic
        self._sleep = sleep
        self._stopped = threading.Event()
        self._blocks: queue.Queue[list[bytes]] = queue.Queue(_BLOCKS_AHEAD)
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self.packets = 0
        self.skipped_packets = 0

    async def run(self) -> None:
        """Send and announce until cancelled.

        Raises:
            OSError: the network does not take the packets.
        """
        with multicast_socket(self._streams[0][0].source) as sock:
            threads = [
                threading.Thread(target=self._make, name="AES67 blocks", daemon=True),
                threading.Thread(target=self._send, args=(sock,), name="AES67 pace", daemon=True),
            ]
            for thread in threads:
                thread.start()
            try:
                await self._announce(sock)
            finally:
                self._stopped.set()
                for thread in threads:
                    await asyncio.to_thread(thread.join, 2 * _WAIT_S)
                await asyncio.to_thread(self._tell, sock, deleted=True)

    async def _announce(self, sock: socket.socket) -> None:
        while True:
            await asyncio.to_thread(self._tell, sock)
            done, _ = await asyncio.wait({self.ended}, timeout=ANNOUNCE_EVERY_S)
            if done:
                self.ended.result()

    def _tell(self, sock: socket.socket, *, deleted: bool = False) -> None:
        for stream, _ in self._streams:
            for address in SAP_ADDRESSES:
                with suppress(OSError):
                    sock.sendto(announcement(stream, deleted=deleted), (str(address), SAP_PORT))

    def _make(self) -> None:
        try:
            while not self._stopped.is_set():
                block = [pull() for _, pull in self._streams]
                while not self._stopped.is_set():
                    with suppress(queue.Full):
                        self._blocks.put(block, timeout=_WAIT_S)
                        break
        except Exception as error:
            log.exception("an AES67 stream could not be made")
            self._end(error)

    def _send(self, sock: socket.socket) -> None:
        with suppress(OSError):  # It needs a right that few processes have.
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
        try:
            self._send_evenly(sock)
        except OSError as error:
            self._end(error)

    def _send_evenly(self, sock: socket.socket) -> None:
        makers = [RtpL24(secrets.randbits(32), secrets.randbits(16)) for _ in self._streams]
        targets = [(str(stream.address), stream.port) for stream, _ in self._streams]
        began_s, number = self._monotonic(), 0
        for block in self._made():
            for at in range(0, BLOCK_BYTES, PACKET_BYTES):
                late_s = self._monotonic() - began_s - number * PACKET_S
                if late_s > _LATE_S:
                    skipped = int(late_s / PACKET_S)
                    number += skipped
                    self.skipped_packets += skipped
                elif late_s < 0:
                    self._sleep(-late_s)
                for maker, target, sound in zip(makers, targets, block, strict=True):
                    payload = sound[at : at + PACKET_BYTES]
                    sock.sendto(maker.packet(number * PACKET_SAMPLES, payload), target)
                number += 1
                self.packets += 1

    def _made(self) -> Iterable[list[bytes]]:
        while not self._stopped.is_set():
            with suppress(queue.Empty):
                yield self._blocks.get(timeout=_WAIT_S)

    def _end(self, error: Exception) -> None:
        self._stopped.set()
        with suppress(RuntimeError):  # The loop is closed: the program ends.
            self._loop.call_soon_threadsafe(self._fail, error)

    def _fail(self, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)


def multicast_socket(source: IPv4Address) -> socket.socket:
    """A socket for packets of the AV network.

    Args:
        source: address of the network card that sends them.

    Raises:
        OSError: it is no address of this machine.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.bind((str(source), 0))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, source.packed)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, MULTICAST_TTL)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _MEDIA_TOS)
    except OSError:
        sock.close()
        raise
    return sock
