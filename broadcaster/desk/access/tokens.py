"""The tokens of this installation: created, listed, revoked."""

from collections import Counter
from collections.abc import Sequence
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
MOST_BY_ONE = 1_000
"""Tokens that one organizer gave out, and those to whom they gave them, and so on."""
LONGEST_CHAIN = 8
"""Organizers, each of whom was made one by the one before."""


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
        makers = self._makers(by)
        self._check_number(makers)
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
                makers=makers,
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

    def made_by(self, token: Token) -> Sequence[Token]:
        """The valid tokens that a token's holder gave out, and those who have these, and so on."""
        return [
            one
            for one in self._registry.tokens()
            if token.subject in one.makers and not self._registry.is_void(one)
        ]

    def counts_of_made(self) -> Counter[str]:
        """How many tokens `made_by` has for each subject."""
        valid = (one for one in self._registry.tokens() if not self._registry.is_void(one))
        return Counter(subject for one in valid for subject in set(one.makers))

    async def revoke_made(self, token: Token, by: Identity, only_of: str | None = None) -> None:
        """Void the tokens that a token's holder gave out, and so on.

        Args:
            token: the holder's.
            by: the one that revokes them.
            only_of: leave those that are not only of this event.

        Raises:
            BusUnavailable: perhaps not all are revoked.
        """
        for one in self.made_by(token):
            if only_of is None or one.is_only_of(only_of):
                await self.revoke(one.id, by)

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

    def _makers(self, by: Identity) -> tuple[str, ...]:
        """The `Token.makers` of what somebody makes."""
        own = self._registry.get(by.token_id)
        if own is not None:
            return (*own.makers, by.subject)
        return () if by.role is AccessRole.ADMIN else (by.subject,)

    def _check_number(self, makers: tuple[str, ...]) -> None:
        """Check that there may be another token.

        Raises:
            Refused: 409 `too_many_tokens`.
        """
        tokens = self._registry.tokens()
        if len(tokens) >= MOST_TOKENS:
            raise _too_many("there are too many tokens", _NEEDLESS)
        admins = {one.subject for one in tokens if one.role is AccessRole.ADMIN}
        organizers = [subject for subject in makers if subject not in admins]
        if len(organizers) > LONGEST_CHAIN:
            raise _too_many(
                "organizers have passed this on too often",
                "Ask an admin for a link of your own, and give out links with that.",
            )
        if organizers and sum(organizers[0] in one.makers for one in tokens) >= MOST_BY_ONE:
            raise _too_many("you and those who have links of yours gave out too many", _NEEDLESS)

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


_NEEDLESS = "Revoke those that nobody needs; they leave the list 30 days later."


def _too_many(message: str, hint: str) -> Refused:
    return Refused(409, "too_many_tokens", message, hint=hint)


def unknown_token() -> Refused:
    """The answer about a token that does not exist, or is not one of the event."""
    return Refused(
        404, "unknown_token", "there is no such token", hint="Read the list of tokens again."
    )
