"""A crowd by WebRTC: real peers with ICE, DTLS and SRTP, a few hundred at most."""

import asyncio
import time
from collections.abc import Callable

import aiohttp

from broadcaster.errors import Refused
from broadcaster.loadtest.plan import Course, Listened, Progress, Watch
from broadcaster.loadtest.results import Ear, Tally
from broadcaster.loadtest.target import Target
from broadcaster.system.tasks import first_of
from broadcaster.webrtc.clients.player import playing
from broadcaster.webrtc.ice import offer_loopback

MOST_LISTENERS = 500
"""Joining is what costs: a certificate, ICE and DTLS for each of them, here and at the server."""
NAP_S = 0.01
RTP_SEQUENCES = 1 << 16


class Audience:
    """The listeners of one test.

    Args:
        target: where to.
        course: how many, how fast, how long.
        tally: where everything is noted.
    """

    def __init__(self, target: Target, course: Course, tally: Tally) -> None:
        self._target = target
        self._course = course
        self._tally = tally
        self._over = asyncio.Event()
        self._joining = 0
        self._listening = 0

    async def run(self, tell: Callable[[Progress], bool]) -> Listened:
        """Bring them in, let them listen, and let them go; see `Crowd.run`."""
        offer_loopback(enabled=self._target.local)
        connector = aiohttp.TCPConnector(limit=0, ssl=self._target.tls or True)
        asked = 0
        async with aiohttp.ClientSession(connector=connector) as http, asyncio.TaskGroup() as tasks:
            watch = Watch(self._course, self._tally, tell)
            try:
                while watch.goes_on(asked=asked, joining=self._joining, listening=self._listening):
                    for number in range(asked, watch.due()):
                        listener = self._listen(http, self._target.channel(number))
                        tasks.create_task(listener, name=f"listener {number}")
                        self._joining += 1
                        asked += 1
                    await asyncio.sleep(NAP_S)
                return watch.listened()
            finally:
                self._over.set()

    async def _listen(self, http: aiohttp.ClientSession, channel: str) -> None:
        """Be one listener until the test is over."""
        ear = Ear(time.perf_counter())
        self._tally.ears.append(ear)

        def heard(sequence: int, payload_bytes: int) -> None:
            ear.messages += 1
            ear.bytes += payload_bytes
            ear.count(sequence, RTP_SEQUENCES)
            ear.sound(time.perf_counter())

        url = self._target.url / "whep" / self._target.event / channel
        try:
            async with playing(http, str(url), heard) as ended:
                ear.joined_s = time.perf_counter()
                self._joining -= 1
                self._listening += 1
                await self._stay(ended)
                self._listening -= 1
                ear.end(time.perf_counter())
        except Refused as refused:
            self._fail(ear, f"the server answered {refused.status} ({refused.error[:40]})")
        except TimeoutError:
            self._fail(ear, "no connection in time")
        except (aiohttp.ClientError, OSError) as away:
            self._fail(ear, f"no answer ({type(away).__name__})")

    async def _stay(self, ended: asyncio.Event) -> None:
        await first_of(_until(ended), _until(self._over), name="listener")
        if not self._over.is_set():
            self._tally.lost["the server ended the connection"] += 1

    def _fail(self, ear: Ear, reason: str) -> None:
        if ear.joined_s is None:  # otherwise it only could not say goodbye
            self._joining -= 1
            self._tally.failed[reason] += 1


async def _until(event: asyncio.Event) -> None:
    await event.wait()
