"""One load test from its plan to its report."""

import asyncio
import gc
from enum import StrEnum

import uvloop

from broadcaster.errors import BroadcasterError
from broadcaster.loadtest.crowd import Crowd
from broadcaster.loadtest.plan import LoadPlan, ReportProgress, SteadyPhase
from broadcaster.loadtest.report import LoadReport, report
from broadcaster.loadtest.results import FrameLog, LoadResults
from broadcaster.loadtest.target import LoadTarget
from broadcaster.loadtest.transports import http, whep
from broadcaster.loadtest.transports.connection import LoadConnection
from broadcaster.loadtest.transports.websocket import WebSocketLoadListener
from broadcaster.system import open_files

LONGEST_S = 3600.0


class Transport(StrEnum):
    """The transport of a crowd."""

    WS = "ws"
    WHEP = "whep"
    HTTP = "http"


_FILES = {Transport.WS: 1, Transport.HTTP: 1, Transport.WHEP: 8}
"""Open files of one listener. A WebRTC peer has a socket for every address of this machine."""


def prepare(transport: Transport, plan: LoadPlan) -> None:
    """Check that a test can run, and allow this process to open enough files.

    Raises:
        BroadcasterError: the test would be too long or too large, or this process may not open
            enough files.
    """
    if plan.ramp_s + plan.duration_s > LONGEST_S:
        raise BroadcasterError(
            "a test lasts at most an hour", hint="Choose a shorter --duration or --ramp."
        )
    if transport is Transport.WHEP and plan.listeners > whep.MOST_LISTENERS:
        raise BroadcasterError(
            f"at most {whep.MOST_LISTENERS} listeners by WebRTC come from one process",
            hint="Run several, on other machines if you can.",
        )
    allowed = open_files.raise_open_files()
    if allowed < plan.listeners * _FILES[transport] + open_files.OTHER_FILES:
        raise BroadcasterError(
            f"this process may open {allowed} files, too few for {plan.listeners} listeners",
            hint=f"{open_files.HOW_TO_RAISE} Or test with fewer --listeners.",
        )


def measure(
    target: LoadTarget, transport: Transport, plan: LoadPlan, report_progress: ReportProgress
) -> LoadReport:
    """Run one test.

    Args:
        target: the server.
        transport: how the crowd listens.
        plan: how many listeners, how fast, how long.
        report_progress: see `ReportProgress`.
    """
    run = {Transport.WS: _by_websocket, Transport.WHEP: _by_whep, Transport.HTTP: _by_http}
    results, phase = run[transport](target, plan, report_progress)
    return report(results, phase, plan.listeners)


def _by_websocket(
    target: LoadTarget, plan: LoadPlan, report_progress: ReportProgress
) -> tuple[LoadResults, SteadyPhase]:
    results = LoadResults(frames={channel: FrameLog() for channel in target.channels})

    def connection(number: int, now_s: float) -> LoadConnection:
        channel = target.channel(number)
        listener = WebSocketLoadListener(target, channel, results.frames[channel], now_s)
        return LoadConnection(target, listener)

    return results, _without_gc(Crowd(plan, results, connection), report_progress)


def _by_http(
    target: LoadTarget, plan: LoadPlan, report_progress: ReportProgress
) -> tuple[LoadResults, SteadyPhase]:
    results = LoadResults(http.GAP_S, numbered=False)

    def connection(number: int, now_s: float) -> LoadConnection:
        listener = http.HttpLoadListener(target, target.channel(number), now_s)
        return LoadConnection(target, listener)

    return results, _without_gc(Crowd(plan, results, connection), report_progress)


def _by_whep(
    target: LoadTarget, plan: LoadPlan, report_progress: ReportProgress
) -> tuple[LoadResults, SteadyPhase]:
    results = LoadResults()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return results, runner.run(whep.WhepCrowd(target, plan, results).run(report_progress))


def _without_gc(crowd: Crowd, report_progress: ReportProgress) -> SteadyPhase:
    """Run without garbage collection: a crowd has no cycles, and a collection would be a pause."""
    gc.disable()
    try:
        return crowd.run(report_progress)
    finally:
        gc.enable()
