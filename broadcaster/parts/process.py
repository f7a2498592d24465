"""The routes, tasks and counters of the roles of one process."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from broadcaster.model.counts import EdgeCounts
from broadcaster.web.metrics import AskAlarms, AskEvents


@dataclass(slots=True)
class ProcessParts:
    """The routes, tasks and counters that the roles of one process contribute.

    Attributes:
        routes: from floor, edge and desk; the one web application answers them.
        run: from every role, by task name; they run until the process ends.
        send_away: from every role but the desk. Awaited, all at a time, when the process stops;
            each is given the seconds over which clients are sent away.
        stopping: set from then on.
        close: from the floor; awaited before the tasks are cancelled.
        refused: from web and sockets, read by `/metrics`: refused requests by error id.
        edge_counts: from the edge, read by `/metrics`.
        open_events: from the desk, read by `/metrics`.
        alarms: from the desk, read by `/metrics`.
        authenticate: goes before the handlers of all routes.
    """

    routes: list[web.RouteDef] = field(default_factory=list)
    run: dict[str, Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=dict)
    send_away: list[Callable[[float], Coroutine[Any, Any, None]]] = field(default_factory=list)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    close: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    edge_counts: Callable[[], EdgeCounts] | None = None
    open_events: AskEvents | None = None
    alarms: AskAlarms | None = None
    authenticate: Middleware | None = None
