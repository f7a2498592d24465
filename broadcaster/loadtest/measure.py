"""One test from its plan to its report."""

import asyncio
import gc
from collections.abc import Callable
from enum import StrEnum

import uvloop

from broadcaster.errors import BroadcasterError
from broadcaster.loadtest.crowd import Crowd
from broadcaster.loadtest.plan import Course, Listened, Progress
from broadcaster.loadtest.report import Report, report
from broadcaster.loadtest.results import FrameLog, Tally
from broadcaster.loadtest.target import Target
from broadcaster.loadtest.transports import http as http_audio
from broadcaster.loadtest.transports import whep
from broadcaster.loadtest.transports.connection import Connection
from broadcaster.loadtest.transports.websocket import WebSocketListener
from broadcaster.system import open_files

LONGEST_S = 3600.0

Tell = Callable[[Progress], bool]


class Transport(StrEnum):
    """How a crowd listens."""

    WS = "ws"
    WHEP = "whep"
    HTTP = "http"


_FILES = {Transport.WS: 1, Transport.HTTP: 1, Transport.WHEP: 8}
"""Open files of one listener; a WebRTC peer has a socket for every address of this machine."""


def prepare(transport: Transport, course: Course) -> None:
    """Make room for so many connections.

    Raises:
        BroadcasterError: the test would be too long or too large, or this process may not open
            enough files.
    """
    if course.ramp_s + course.duration_s > LONGEST_S:
        raise BroadcasterError(
            "a test lasts an hour at most", hint="Choose a shorter --duration or --ramp."
        )
    if transport is Transport.WHEP and course.listeners > whep.MOST_LISTENERS:
        raise BroadcasterError(
            f"at most {whep.MOST_LISTENERS} listeners by WebRTC come from one process",
            hint="Run several, on other machines if you can.",
        )
    allowed = open_files.raise_open_files()
    if allowed < course.listeners * _FILES[transport] + open_files.OTHER_FILES:
        raise BroadcasterError(
            f"this process may open {allowed} files, too few for {course.listeners} listeners",
            hint=f"{open_files.HOW_TO_RAISE} Or test with fewer --listeners.",
        )


def measure(target: Target, transport: Transport, course: Course, tell: Tell) -> Report:
    """Run one test; `tell` is called four times a second and returns whether to go on."""
    run = {Transport.WS: _by_websocket, Transport.WHEP: _by_whep, Transport.HTTP: _by_http}
    tally, listened = run[transport](target, course, tell)
    return report(tally, listened, course.listeners)


def _by_websocket(target: Target, course: Course, tell: Tell) -> tuple[Tally, Listened]:
    tally = Tally(frames={channel: FrameLog() for channel in target.channels})

    def listener(number: int, now_s: float) -> Connection:
        channel = target.channel(number)
        return WebSocketListener(target, channel, tally.frames[channel], now_s)

    return tally, _without_gc(Crowd(course, tally, listener), tell)


def _by_http(target: Target, course: Course, tell: Tell) -> tuple[Tally, Listened]:
    tally = Tally(http_audio.GAP_S, numbered=False)

    def listener(number: int, now_s: float) -> Connection:
        return http_audio.HttpListener(target, target.channel(number), now_s)

    return tally, _without_gc(Crowd(course, tally, listener), tell)


def _by_whep(target: Target, course: Course, tell: Tell) -> tuple[Tally, Listened]:
    tally = Tally()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return tally, runner.run(whep.Audience(target, course, tally).run(tell))


def _without_gc(crowd: Crowd, tell: Tell) -> Listened:
    """Nothing in a crowd is cyclic, and walking through all of it would be a pause."""
    gc.disable()
    try:
        return crowd.run(tell)
    finally:
        gc.enable()
