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
    """The routes, tasks and counters that the roles of one process contribute."""

    # From floor, edge and desk: answered by the one web application.
    routes: list[web.RouteDef] = field(default_factory=list)
    # From every role, by task name: run until the process ends.
    run: dict[str, Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=dict)
    # From every role but the desk: awaited, all at a time, when the process stops; the seconds over
    # which clients are sent away are given.
    send_away: list[Callable[[float], Coroutine[Any, Any, None]]] = field(default_factory=list)
    # Set from then on.
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    # From floor: awaited before the tasks are cancelled.
    close: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)
    # From web and sockets, read by /metrics: refused requests by error id.
    refused: Counter[str] = field(default_factory=Counter)
    # From edge, read by /metrics.
    edge_counts: Callable[[], EdgeCounts] | None = None
    # From desk, read by /metrics.
    open_events: AskEvents | None = None
    alarms: AskAlarms | None = None
    # From web: goes before the handlers of all routes.
    authenticate: Middleware | None = None
