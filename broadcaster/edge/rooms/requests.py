"""Admits listeners, reads the channel from their requests, and takes over their connections."""

import asyncio
import socket
from contextlib import ExitStack, suppress

from aiohttp import HttpVersion11, web

from broadcaster.edge.fanout.caption_hub import CaptionHub
from broadcaster.edge.rooms.event_room import EventRoom
from broadcaster.edge.rooms.passcodes import check_pass
from broadcaster.edge.rooms.rooms import Rooms
from broadcaster.sockets.transport import SocketTransport
from broadcaster.web.access.credentials import DESK_ADMISSION
from broadcaster.web.client_limits import limits_of
from broadcaster.web.clients import client_of
from broadcaster.web.errors import Refused
from broadcaster.web.stopping import refuse_while_stopping

LOAD_TIMEOUT_S = 5.0
SEND_BUFFER_BYTES = 16 * 1024
"""Kernel send buffer of a listener. A larger one would hide a stall, play minutes of stale sound
afterwards, and let a client that never reads hold megabytes in the kernel."""

FROM_ANYWHERE = {"Access-Control-Allow-Origin": "*"}
"""CORS: a page of another address may show an event and its captions. No cookie goes with it."""


async def room_of(rooms: Rooms, request: web.Request) -> EventRoom:
    """The room that a request's address names, for a client that may listen and read.

    Args:
        rooms: of this process.
        request: its route has `{event}`.

    Raises:
        Refused: 401 `passcode_needed`, 429 `too_many_wrong_passcodes`; and what `Rooms.open`
            raises.
    """
    room = await rooms.open(request.match_info["event"])
    check_pass(room.event, request)
    return room


async def channel_of(
    rooms: Rooms, request: web.Request, *, variants: bool = False
) -> tuple[EventRoom, str]:
    """The room and the channel that a request's address names.

    Args:
        rooms: of this process.
        request: its route has `{event}` and `{channel}`.
        variants: whether it may be a variant of the channel.

    Raises:
        UnknownChannel: the event has no channel of this id; and what `room_of` raises.
    """
    room = await room_of(rooms, request)
    channel = request.match_info["channel"]
    room.check_channel(channel, variants=variants)
    return room, channel


async def loaded(hub: CaptionHub) -> None:
    """Wait until the captions so far are in memory.

    Raises:
        Refused: 503 `bus_unavailable`.
    """
    try:
        async with asyncio.timeout(LOAD_TIMEOUT_S):
            await hub.loaded.wait()
    except TimeoutError:
        raise Refused(
            503,
            "bus_unavailable",
            "the server cannot read the captions right now",
            hint="They appear as soon as the server reaches its message bus.",
            headers={"Retry-After": "3"},
        ) from None


def admit(request: web.Request) -> None:
    """Let a client begin to listen or read on its connection, which is counted as its own.

    Raises:
        Refused: 429 `too_many_joins` or `too_many_connections`; 503 `stopping`.
        ConnectionResetError: it is gone.
    """
    refuse_while_stopping(request)
    limits, client = limits_of(request), client_of(request)
    limits.count_join(client)
    transport = transport_of(request)
    if transport.place is None:  # it came through a proxy
        transport.place = limits.take_connection(client)


def check_upgrade(request: web.Request, ws: web.WebSocketResponse, subprotocol: str) -> None:
    """Check that a client speaks WebSocket.

    Args:
        request: of the client.
        ws: its answer.
        subprotocol: which the hint names.

    Raises:
        Refused: 426 `websocket_expected`.
    """
    upgrades = request.method == "GET" and request.version >= HttpVersion11
    if not (upgrades and ws.can_prepare(request)):
        raise Refused(
            426,
            "websocket_expected",
            "this address speaks WebSocket",
            hint=f"Connect with the subprotocol {subprotocol}.",
            headers={"Upgrade": "websocket"},
        )


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


def with_small_buffer(request: web.Request) -> SocketTransport:
    """The connection of a request, its kernel send buffer set to `SEND_BUFFER_BYTES`.

    Raises:
        ConnectionResetError: it is gone.
    """
    transport = transport_of(request)
    sock = transport.get_extra_info("socket")
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    return transport


def connection_in(room: EventRoom, request: web.Request) -> SocketTransport:
    """The connection of a request that joins a room, see `with_small_buffer`.

    If a token of the desk let the request in, it is cut off when that is revoked or expires.

    Raises:
        ConnectionResetError: it is gone, or the room has closed and the client was disconnected so
            that it connects again.
    """
    transport = with_small_buffer(request)
    if room.ended:
        transport.abort()
        raise ConnectionResetError
    admission = request.get(DESK_ADMISSION)
    if admission is not None:
        admitted = ExitStack()
        admitted.enter_context(admission.opened(transport.abort))
        transport.on_gone = admitted.close
    return transport
