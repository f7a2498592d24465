"""Tokens of browsers in which somebody signed in by a provider: one for each sign-in."""

from broadcaster.access.identity import Identity
from broadcaster.access.registry import TokenRegistry
from broadcaster.access.tokens import Token, with_secret
from broadcaster.desk.access.tokens import MOST_TOKENS, Tokens, too_many_tokens
from broadcaster.model.ports import Clock

SESSION_S = 12 * 3600
MOST_SESSIONS = 100
"""Sessions of one person in the lists, so that nobody fills these by signing in."""


class BrowserSessions:
    """Opens and closes sessions.

    Args:
        tokens: their records.
        registry: what this process knows of them.
        clock: the time.
    """

    def __init__(self, tokens: Tokens, registry: TokenRegistry, clock: Clock) -> None:
        self._tokens = tokens
        self._registry = registry
        self._clock = clock

    async def open_session(self, identity: Identity, provider: str) -> str:
        """Write the token of a browser in which somebody signed in.

        Args:
            identity: of the one that signed in; their role is that of the session to its end.
            provider: the name of what signed them in.

        Returns:
            Its text, for the cookie.

        Raises:
            Refused: 409 `too_many_tokens`.
            BusUnavailable: it was not written.
        """
        await self._tokens.forget_old()
        tokens = self._tokens.list()
        own = [one for one in tokens if one.session and one.subject == identity.subject]
        if len(own) >= MOST_SESSIONS or len(tokens) >= MOST_TOKENS:
            raise too_many_tokens("there were too many sign-ins since yesterday", "Wait a day.")
        now_ms = self._clock.now_ms()
        token, text = with_secret(
            Token(
                "",
                identity.name,
                identity.role,
                identity.scopes,
                identity.subject,
                now_ms,
                provider,
                expires_at_ms=now_ms + SESSION_S * 1000,
                session=True,
            )
        )
        await self._tokens.write_new(token)
        return text

    async def close_session(self, text: str) -> None:
        """Void the token of a browser that signs out, if it was made for that browser alone.

        Raises:
            BusUnavailable: it is perhaps not void.
        """
        token = self._registry.find(text)
        if token is not None and token.session and not self._registry.is_void(token):
            await self._tokens.revoke(token.id, token.identity())
