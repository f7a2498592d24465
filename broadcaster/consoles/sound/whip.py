"""WHIP endpoint: where the microphone of a human interpreter arrives (RFC 9725).

A console's page publishes here, and so can OBS, GStreamer or a hardware console.
"""

import re

from aiohttp import web

from broadcaster.access.registry import TokenRegistry
from broadcaster.consoles.commands import ConsoleCommands
from broadcaster.consoles.interpreters import Console, Interpreters
from broadcaster.consoles.sound.claims import check_device, claim_microphone
from broadcaster.consoles.sound.feeds import InterpreterFeeds
from broadcaster.model.ports import Bus
from broadcaster.web.errors import Refused
from broadcaster.web.signaling import (
    ACCEPTS_FRAGMENTS,
    ACCEPTS_OFFERS,
    cross_origin,
    resource_routes,
)
from broadcaster.web.stopping import refuse_while_stopping
from broadcaster.webrtc.ingest import IngestSettings
from broadcaster.webrtc.whip.sessions import WhipSessions

_ADDRESS = r"/whip/{event}/{channel:(?![A-Za-z0-9_-]{24}$)[A-Za-z0-9]{2,8}(?:-[A-Za-z0-9]{1,8})*}"
"""A language, and not the id of a speaker's session, which is 24 characters long."""
_SESSION = "/whip/{event}/{channel}/{session}"
_DEVICE = re.compile(r"[A-Za-z0-9_-]{0,40}")


class InterpreterWhip:
    """The handlers of the addresses, and the sessions they made.

    Args:
        interpreters: decides who may interpret into a channel.
        feeds: takes the microphones.
        settings: deadlines and ICE servers of their connections.
        registry: has the interpreters' tokens.
        commands: puts a microphone without a page on air.
        bus: has the record of the newest microphones.
    """

    def __init__(
        self,
        interpreters: Interpreters,
        feeds: InterpreterFeeds,
        settings: IngestSettings,
        registry: TokenRegistry,
        commands: ConsoleCommands,
        bus: Bus,
    ) -> None:
        self._interpreters = interpreters
        self._feeds = feeds
        self._sessions = WhipSessions(settings)
        self._registry = registry
        self._commands = commands
        self._bus = bus

    def routes(self) -> list[web.RouteDef]:
        """The routes. They go before those of the floor, whose sessions have similar addresses."""
        changed = {"PATCH": self._trickle, "DELETE": self._hang_up}
        return [
            *(
                web.route(method, written, cross_origin(handler))
                for written in (_ADDRESS, f"{_ADDRESS}/")
                for method, handler in (("POST", self._publish), ("OPTIONS", self._describe))
            ),
            *resource_routes(_SESSION, changed, ACCEPTS_FRAGMENTS),
        ]

    @property
    def session_count(self) -> int:
        """Microphones connected now."""
        return len(self._sessions)

    async def close(self) -> None:
        """Disconnect all microphones and wait until their resources are released."""
        await self._sessions.close()

    async def _publish(self, request: web.Request) -> web.Response:
        refuse_while_stopping(request)
        console = await self._interpreters.admit(request)
        device, takeover = _device_of(request), request.query.get("takeover") == "1"
        if not takeover:
            await check_device(self._bus, console, device)
        offer = await self._sessions.read_offer(request)
        session = self._sessions.open(_place(console), offer)
        try:
            answer = await session.peer.accept(offer)
            token = self._registry.get(console.interpreter)
            assert token is not None, "its holder was admitted"
            claim = await claim_microphone(self._bus, console, device, takeover=takeover)
            await self._feeds.connect_microphone(
                console.event, console.channel, token, session.peer, claim
            )
            if request.query.get("on_air") == "1":
                await self._commands.take_channel(console)
        except BaseException:
            await session.peer.close()
            raise
        return self._sessions.created(session, answer)

    async def _describe(self, _: web.Request) -> web.Response:
        return self._sessions.described("OPTIONS, POST", ACCEPTS_OFFERS, authorized=False)

    async def _trickle(self, request: web.Request) -> web.Response:
        return await self._sessions.trickle(request, _place_of(request))

    async def _hang_up(self, request: web.Request) -> web.Response:
        return await self._sessions.hang_up(request, _place_of(request))


def _device_of(request: web.Request) -> str:
    """The name that a client has given its device.

    Raises:
        Refused: 422 `bad_request`.
    """
    device = request.query.get("device", "")
    if _DEVICE.fullmatch(device) is None:
        raise Refused(
            422,
            "bad_request",
            "device: a name has at most 40 letters, digits, hyphens and underscores",
            hint="Choose any such name, and send it whenever this device connects.",
        )
    return device


def _place(console: Console) -> str:
    return f"{console.event.id}/{console.channel}"


def _place_of(request: web.Request) -> str:
    return f"{request.match_info['event']}/{request.match_info['channel']}"
