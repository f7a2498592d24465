"""What listeners' requests have in common: a channel they name, a connection to write to."""

import socket
from contextlib import suppress

from aiohttp import web

from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.sockets.transport import SocketTransport

SEND_BUFFER_BYTES = 16 * 1024
"""Kernel send buffer of a listener: more would hide a stall and play minutes of stale sound, and
hold megabytes for who asks for captions and does not read them."""


async def channel_of(
    rooms: Rooms, request: web.Request, *, variants: bool = False
) -> tuple[EventRoom, str]:
    """The room and the channel that a request's address names.

    Args:
        rooms: of this process.
        request: its route has `{event}` and `{channel}`.
        variants: whether it may be the channel's variant with the floor.

    Raises:
        Refused: 404 `unknown_channel`, and what `Rooms.open` raises.
    """
    room = await rooms.open(request.match_info["event"])
    channel = request.match_info["channel"]
    room.check_channel(channel, variants=variants)
    return room, channel


def transport_of(request: web.Request) -> SocketTransport:
    """The connection of a request.

    Raises:
        ConnectionResetError: it is gone.
    """
    transport = request.transport
    if transport is None:
        raise ConnectionResetError
    assert isinstance(transport, SocketTransport)
    return transport


def small_buffer(request: web.Request) -> SocketTransport:
    """The connection of a request, with `SEND_BUFFER_BYTES` in the kernel.

    Raises:
        ConnectionResetError: it is gone.
    """
    transport = transport_of(request)
    sock = transport.get_extra_info("socket")
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    return transport


def connection_in(room: EventRoom, request: web.Request) -> SocketTransport:
    """The connection of a request that gets its place in a room now.

    Raises:
        ConnectionResetError: it is gone, or disconnected because the room was given up meanwhile.
    """
    transport = small_buffer(request)
    if room.ended:
        transport.abort()
        raise ConnectionResetError
    return transport
