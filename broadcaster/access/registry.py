"""The tokens as one process knows them: it finds them, ends what they opened, notes their use.

Tokens are followed on the bus, so one that is revoked by any process is void in all of them as soon
as they hear of it. What a token opened here is cut off then, or at the moment when it expires.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from broadcaster.access.tokens import Token, parts_of
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model import keys
from broadcaster.model.ports import Bus, Clock, Record
from broadcaster.system.tasks import first_of

log = logging.getLogger("broadcaster.access")

USE_INTERVAL_MS = 60_000
"""The last use of a token is written at most this often."""
KEPT_VOID_MS = 30 * 24 * 3600 * 1000
"""How long a token that was revoked or has expired stays in the lists."""
_FOREVER_S = 24 * 3600.0

CutOff = Callable[[], object]


class TokenRegistry:
    """Knows all tokens.

    Args:
        bus: has their records.
        clock: the time.

    Attributes:
        loaded: set when all tokens are known.
    """

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self.loaded = asyncio.Event()
        self._bus = bus
        self._clock = clock
        self._tokens: dict[str, tuple[Token, int]] = {}
        self._opened: dict[str, dict[object, CutOff]] = {}
        self._changed = asyncio.Event()
        self._used: dict[str, int] = {}
        self._use_noted = asyncio.Event()

    async def run(self) -> None:
        """Follow the tokens until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow(), name="tokens: changes")
            tasks.create_task(self._cut_off_expired(), name="tokens: expiry")
            tasks.create_task(self._write_uses(), name="tokens: use")

    def find(self, text: str) -> Token | None:
        """The token of a text, void ones too; None if the text fits no token."""
        parts = parts_of(text)
        known = self._tokens.get(parts[0]) if parts is not None else None
        if parts is None or known is None or not known[0].is_secret(parts[1]):
            return None
        return known[0]

    def get(self, token_id: str) -> Token | None:
        """The token of an id, void ones too."""
        known = self._tokens.get(token_id)
        return known[0] if known is not None else None

    def tokens(self) -> list[Token]:
        """All that are kept, the oldest first; not what is left of those of deleted events."""
        kept = (token for token, _ in self._tokens.values() if token.digest)
        return sorted(kept, key=lambda token: (token.created_at_ms, token.id))

    def is_void(self, token: Token) -> bool:
        """Whether it opens nothing now."""
        return token.is_void(self._clock.now_ms())

    def learn(self, token: Token, version: int) -> None:
        """Take note of a token as it is stored; what it opened is cut off if it is void now."""
        known = self._tokens.get(token.id)
        if known is not None and known[1] >= version:
            return
        self._tokens[token.id] = (token, version)
        if self.is_void(token):
            self._cut_off(token.id)
        self._notify()

    def forget(self, token_ids: Iterable[str]) -> None:
        """Take void tokens, whose records were removed, out of the lists."""
        for token_id in token_ids:
            self._tokens.pop(token_id, None)
            self._used.pop(token_id, None)

    def note_use(self, token: Token) -> None:
        """A token was used just now."""
        now_ms = self._clock.now_ms()
        noted_ms = self._used.get(token.id, token.used_at_ms or 0)
        if now_ms - max(noted_ms, token.used_at_ms or 0) >= USE_INTERVAL_MS:
            self._used[token.id] = now_ms
            self._use_noted.set()

    @contextmanager
    def opened(self, token_id: str, cut_off: CutOff) -> Iterator[None]:
        """Have what was opened by a token cut off when it is revoked or expires in the context.

        Args:
            token_id: a token that was valid just now.
            cut_off: ends what was opened; called once at most, must not raise.
        """
        key = object()
        self._opened.setdefault(token_id, {})[key] = cut_off
        if self._tokens[token_id][0].expires_at_ms is not None:
            self._notify()
        try:
            yield
        finally:
            self._opened.get(token_id, {}).pop(key, None)
            if not self._opened.get(token_id, True):
                del self._opened[token_id]

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _cut_off(self, token_id: str) -> None:
        for cut_off in list(self._opened.pop(token_id, {}).values()):
            cut_off()

    async def _follow(self) -> None:
        async for name, record in self._bus.watch_all(keys.TOKEN_RECORDS, self.loaded):
            self._read(name, record)

    def _read(self, name: str, record: Record) -> None:
        try:
            token = Token.from_json(record.value)
        except (ValueError, TypeError, KeyError):
            log.exception("%s cannot be read and is ignored", name)
            return
        self.learn(token, record.version)

    async def _cut_off_expired(self) -> None:
        while True:
            now_ms = self._clock.now_ms()
            open_now = [self._tokens[one][0] for one in self._opened if one in self._tokens]
            for token in open_now:
                if token.is_void(now_ms):
                    self._cut_off(token.id)
            times = [token.expires_at_ms for token in open_now if not token.is_void(now_ms)]
            wait_s = min(
                ((at - now_ms) / 1000 for at in times if at is not None), default=_FOREVER_S
            )
            await first_of(
                _wait(self._changed),
                self._clock.sleep(min(wait_s, _FOREVER_S)),
                name="tokens: expiry",
            )

    async def _write_uses(self) -> None:
        while True:
            await self._use_noted.wait()
            self._use_noted.clear()
            for token_id, at_ms in list(self._used.items()):
                await self._write_use(token_id, at_ms)

    async def _write_use(self, token_id: str, at_ms: int) -> None:
        """Write a token's last use; one that another process wrote, or that fails, is left."""
        token, version = self._tokens.get(token_id, (None, 0))
        if token is None:
            return
        if token.used_at_ms is not None and token.used_at_ms >= at_ms:
            return
        used = replace(token, used_at_ms=at_ms)
        try:
            written = await self._bus.put(keys.token_record(token_id), used.to_json(), version)
        except (VersionConflict, BusUnavailable):
            return
        self.learn(used, written)


async def _wait(changed: asyncio.Event) -> None:
    await changed.wait()
