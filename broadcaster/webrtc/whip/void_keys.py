"""Waits until the token of a publisher opens nothing any more."""

import asyncio

from broadcaster.access.registry import TokenRegistry
from broadcaster.access.tokens import Token


async def until_void(registry: TokenRegistry, token: Token) -> None:
    """Return when a token is revoked or has expired.

    Args:
        registry: knows the tokens.
        token: valid just now.
    """
    void = asyncio.Event()
    with registry.opened(token.id, void.set):
        known = registry.get(token.id)
        if known is not None and not registry.is_void(known):
            await void.wait()
