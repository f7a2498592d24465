"""Leases: keys that expire, holding a token only their owner knows."""

import asyncio
import logging
import secrets
from contextlib import suppress

from broadcaster.bus.redis.connection import FAILURES, Redis
from broadcaster.system.backoff import Backoff

_log = logging.getLogger(__name__)

_LONGEST_POLL_S = 0.5

_HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
local set = redis.pcall('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if not set.err then return 1 end
local full = string.find(set.err, 'MISCONF') or string.find(set.err, 'OOM')
if full and ARGV[3] == '1' then return 1 end
return set
"""
"""Takes a free lease or prolongs one's own. A key that a restarted Redis forgot counts as free.

A Redis whose disk or memory is full takes no writes, so nobody else can take the lease either. Its
holder (`ARGV[3]`) keeps it then. Once Redis takes writes again, another process may be quicker; the
holder notices that at its next renewal.
"""
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class RedisLease:
    """One attempt to get and keep a lease; implements `ports.Lease`.

    The time to live counts from before the request that was granted left this process, so this
    holder stops before Redis gives the lease to another process. It counts in the event loop's own
    time, without a clock: Redis lets the key expire in real time whatever a clock says.

    Args:
        redis: where it is kept.
        name: what it is for.
        ttl_ms: how long Redis keeps it without renewal.
    """

    def __init__(self, redis: Redis, name: str, ttl_ms: int) -> None:
        self._redis = redis
        self._name = name
        self._key = f"{redis.prefix}lease:{name}"
        self._ttl_ms = ttl_ms
        self._ttl_s = ttl_ms / 1000
        self._token = secrets.token_hex(16)
        self._valid_until = 0.0
        self._holds = False
        self._lost = asyncio.Event()

    async def lost(self) -> None:
        """See `ports.Lease.lost`."""
        await self._lost.wait()

    async def acquire(self) -> None:
        """Wait until it is free, and take it."""
        poll = Backoff(longest_s=min(self._ttl_s / 3, _LONGEST_POLL_S))
        reported = False
        while True:
            try:
                if await self._hold():
                    return
                reported = False
            except FAILURES as error:
                if not reported:
                    reason = self._redis.describe(error)
                    _log.warning("cannot take the lease %s, trying again: %s", self._name, reason)
                reported = True
            await poll.wait()

    async def keep(self) -> None:
        """Renew three times per time to live; ends when the lease is lost."""
        try:
            async with asyncio.timeout_at(self._valid_until) as validity:
                held, pause_s = True, self._ttl_s / 3
                while held:
                    await asyncio.sleep(pause_s)
                    try:
                        async with asyncio.timeout(self._ttl_s / 3):
                            held = await self._hold()
                        pause_s = self._ttl_s / 3
                        validity.reschedule(self._valid_until)
                    except FAILURES:
                        pause_s = self._ttl_s / 10
        except TimeoutError:
            pass
        finally:
            self._lost.set()
        _log.warning("the lease %s is lost", self._name)

    async def release(self) -> None:
        """Give it up; if Redis cannot be reached, it expires by itself."""
        with suppress(*FAILURES):
            await self._redis.once("EVAL", _RELEASE, 1, self._key, self._token)

    async def _hold(self) -> bool:
        asked_at = asyncio.get_running_loop().time()
        held = await self._redis.once(
            *("EVAL", _HOLD, 1, self._key), *(self._token, self._ttl_ms, int(self._holds))
        )
        self._holds = bool(held)
        if held:
            self._valid_until = asked_at + self._ttl_s
        return self._holds
