"""A crowd by WebRTC: real peers with ICE, DTLS and SRTP, a few hundred at most."""

import asyncio
import time

import aiohttp

from broadcaster.errors import ServerRefused
from broadcaster.loadtest.plan import LoadPlan, LoadRun, MeasuredPhase, ReportProgress
from broadcaster.loadtest.results import ListenerStats, LoadResults
from broadcaster.loadtest.target import LoadTarget
from broadcaster.system.tasks import first_of
from broadcaster.webrtc.clients.player import playing

MOST_LISTENERS = 500
"""Joining is expensive: a certificate, ICE and DTLS for each, here and at the server."""
POLL_S = 0.01
RTP_SEQUENCES = 1 << 16


class WhepCrowd:
    """Runs one test by WebRTC.

    Args:
        target: the server.
        plan: how many listeners, how fast, how long.
        results: everything that happens is noted here.
    """

    def __init__(self, target: LoadTarget, plan: LoadPlan, results: LoadResults) -> None:
        self._target = target
        self._plan = plan
        self._results = results
        self._over = asyncio.Event()
        self._joining = 0
        self._listening = 0

    async def run(self, report_progress: ReportProgress) -> MeasuredPhase:
        """Let the listeners join, listen and leave."""
        connector = aiohttp.TCPConnector(limit=0, ssl=self._target.tls or True)
        asked = 0
        headers = self._target.headers
        async with (
            aiohttp.ClientSession(connector=connector, headers=headers) as http,
            asyncio.TaskGroup() as tasks,
        ):
            run = LoadRun(self._plan, self._results, report_progress)
            try:
                while run.goes_on(asked=asked, joining=self._joining, listening=self._listening):
                    for number in range(asked, run.due()):
                        listener = self._listen(http, self._target.channel(number))
                        tasks.create_task(listener, name=f"listener {number}")
                        self._joining += 1
                        asked += 1
                    await asyncio.sleep(POLL_S)
                return run.measured_phase()
            finally:
                self._over.set()

    async def _listen(self, http: aiohttp.ClientSession, channel: str) -> None:
        """Be one listener until the test is over."""
        stats = ListenerStats(time.perf_counter())
        self._results.listeners.append(stats)

        def heard(sequence: int, payload_bytes: int) -> None:
            stats.messages += 1
            stats.bytes += payload_bytes
            stats.count_missing(sequence, RTP_SEQUENCES)
            stats.sound_arrived(time.perf_counter())

        url = self._target.url / "whep" / self._target.event / channel
        try:
            async with playing(http, str(url), heard, loopback=self._target.local) as ended:
                stats.joined_s = time.perf_counter()
                self._joining -= 1
                self._listening += 1
                await self._stay(ended)
                self._listening -= 1
                stats.end(time.perf_counter())
        except ServerRefused as refused:
            self._fail(stats, f"the server answered {refused.status} ({refused.error[:40]})")
        except TimeoutError:
            self._fail(stats, "no connection in time")
        except (aiohttp.ClientError, OSError) as error:
            self._fail(stats, f"no answer ({type(error).__name__})")

    async def _stay(self, ended: asyncio.Event) -> None:
        await first_of(_until(ended), _until(self._over), name="listener")
        if not self._over.is_set():
            self._results.lost["the server ended the connection"] += 1

    def _fail(self, stats: ListenerStats, reason: str) -> None:
        if stats.joined_s is None:  # otherwise only its DELETE failed
            self._joining -= 1
            self._results.failed[reason] += 1


async def _until(event: asyncio.Event) -> None:
    await event.wait()
