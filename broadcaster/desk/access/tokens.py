"""The tokens of this installation: created, listed, revoked."""

from dataclasses import replace

from broadcaster.access.identity import Identity
from broadcaster.access.registry import KEPT_VOID_MS, TokenRegistry
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import Scope
from broadcaster.access.tokens import Token, with_secret
from broadcaster.desk.journal.entries import Values
from broadcaster.desk.journal.journal import Journal
from broadcaster.errors import VersionConflict
from broadcaster.model import keys
from broadcaster.model.ports import Bus, Clock
from broadcaster.web.errors import Refused

MOST_TOKENS = 10_000


class Tokens:
    """Token records on the bus.

    Args:
        bus: has the records.
        clock: the time.
        registry: what this process knows of them.
        journal: is told who did what; that of the event for a token of one event.
    """

    def __init__(self, bus: Bus, clock: Clock, registry: TokenRegistry, journal: Journal) -> None:
        self._journal = journal
        self._bus = bus
        self._clock = clock
        self._registry = registry

    async def create(
        self,
        name: str,
        role: AccessRole,
        scopes: tuple[Scope, ...],
        by: Identity,
        *,
        expires_at_ms: int | None = None,
    ) -> tuple[Token, str]:
        """Write a new token.

        Args:
            name: whose it is, or what it is for.
            role: what it may do.
            scopes: where.
            by: its creator.
            expires_at_ms: Unix time; None for never.

        Returns:
            The token, and its text, which is shown once.

        Raises:
            Refused: 409 `too_many_tokens`.
            BusUnavailable: it was not written.
        """
        await self._forget_old()
        if len(self._registry.tokens()) >= MOST_TOKENS:
            raise Refused(
                409,
                "too_many_tokens",
                "there are too many tokens",
                hint="Revoke those that nobody needs; they leave the list 30 days later.",
            )
        token, text = with_secret(
            Token(
                "",
                name,
                role,
                scopes,
                "",
                self._clock.now_ms(),
                by.name,
                expires_at_ms=expires_at_ms,
            )
        )
        version = await self._bus.put(keys.token_record(token.id), token.to_json(), 0)
        self._registry.learn(token, version)
        await self._note("token_created", token, by)
        return token, text

    def bounded_expiry(self, expires_at_ms: int | None, by: Identity) -> int | None:
        """The expiry of a token that `by` gives away: at the latest that of their own."""
        own = self._registry.get(by.token_id)
        times = [expires_at_ms, own.expires_at_ms if own is not None else None]
        return min((at for at in times if at is not None), default=None)

    def list(self, event_id: str | None = None) -> list[Token]:
        """All tokens, or those with a scope of one event; the oldest first."""
        found = self._registry.tokens()
        if event_id is None:
            return found
        return [one for one in found if any(scope.is_of(event_id) for scope in one.scopes)]

    async def revoke(self, token_id: str, by: Identity) -> Token:
        """Void a token for good, in all processes. One that is revoked already stays so.

        Raises:
            Refused: 404 `unknown_token`.
            BusUnavailable: it is perhaps not revoked.
        """
        while True:  # until no other writer was faster, such as one that notes its use
            record = await self._bus.get(keys.token_record(token_id))
            token = Token.from_json(record.value) if record is not None else None
            if record is None or token is None or not token.digest:
                raise unknown_token()
            version = record.version
            is_news = token.revoked_at_ms is None
            if is_news:
                token = replace(token, revoked_at_ms=self._clock.now_ms())
                try:
                    version = await self._bus.put(
                        keys.token_record(token_id), token.to_json(), version
                    )
                except VersionConflict:
                    continue
            self._registry.learn(token, version)
            if is_news:
                await self._note("token_revoked", token, by)
            return token

    async def _note(self, what: str, token: Token, by: Identity) -> None:
        """Write it into the installation's log, and into that of the one event it is about."""
        values: Values = {
            "name": token.name,
            "role": token.role,
            "scopes": tuple(str(scope) for scope in token.scopes),
        }
        await self._journal.note(None, what, by.name, values)
        events = {scope.id for scope in token.scopes if scope.kind == "event"}
        if len(events) == 1 and all(scope.kind == "event" for scope in token.scopes):
            await self._journal.note(events.pop(), what, by.name, values)

    async def _forget_old(self) -> None:
        """Remove the tokens that have been void for long."""
        now_ms = self._clock.now_ms()
        old = [
            token.id
            for token in self._registry.tokens()
            if now_ms - (token.void_since_ms(now_ms) or now_ms) > KEPT_VOID_MS
        ]
        if old:
            records = [keys.token_record(token_id) for token_id in old]
            await self._bus.erase(records=records, streams=keys.NOTHING, retained=keys.NOTHING)
            self._registry.forget(old)


def unknown_token() -> Refused:
    """The answer about a token that does not exist, or is not one of the event."""
    return Refused(
        404, "unknown_token", "there is no such token", hint="Read the list of tokens again."
    )
