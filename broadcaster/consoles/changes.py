"""The stream of a console's page: `GET /booth/{event}/{channel}/changes`, server-sent events."""

from contextlib import suppress

from aiohttp import web

from broadcaster.consoles.commands import ConsoleCommands
from broadcaster.consoles.interpreters import Interpreters
from broadcaster.consoles.open_console import OpenConsole
from broadcaster.model.ports import Bus, Clock
from broadcaster.system.tasks import first_of
from broadcaster.web.stopping import STOPPING, refuse_while_stopping

_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


class ConsoleChanges:
    """The handler of the stream.

    Args:
        interpreters: decides who may.
        commands: concludes the countdowns of handovers.
        bus: has everything that is told.
        clock: the time.
    """

    def __init__(
        self, interpreters: Interpreters, commands: ConsoleCommands, bus: Bus, clock: Clock
    ) -> None:
        self._interpreters = interpreters
        self._commands = commands
        self._bus = bus
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """The route."""
        return [web.get("/booth/{event}/{channel}/changes", self.changes)]

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """Everything as it is, then every change, until the page leaves or its link is revoked."""
        console = await self._interpreters.admit(request)
        refuse_while_stopping(request)
        response = web.StreamResponse(headers=_HEADERS)
        if request.method == "HEAD":
            return response
        response.force_close()
        await response.prepare(request)
        page = OpenConsole(
            console,
            self._interpreters,
            self._bus,
            self._clock,
            self._commands.conclude_handover,
        )
        with suppress(ConnectionResetError):
            await first_of(page.run(response.write), _until_stopping(request), name="console: page")
        return response


async def _until_stopping(request: web.Request) -> None:
    await request.app[STOPPING].wait()
