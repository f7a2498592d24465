"""Refuses requests that a page of another site makes a signed-in browser send (CSRF).

The cookie is `SameSite=Strict`, so browsers leave it out of requests from other sites. A page of
another host of the same site, or of another port, is not another site to them. So a request that
changes something is taken from our own pages only.
"""

from aiohttp import web
from yarl import URL

from broadcaster.web.clients import client_of
from broadcaster.web.errors import Refused

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})


def refuse_foreign_page(request: web.Request) -> None:
    """Check that a request which changes something comes from a page of this server.

    A client that is no browser sends neither header, and has no cookie that others could use.

    Raises:
        Refused: 403 `foreign_page`.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    is_foreign = False
    if site is not None:
        is_foreign = site not in _OWN
    elif origin is not None:
        is_foreign = not _is_own(origin, request)
    if is_foreign:
        raise Refused(
            403,
            "foreign_page",
            "another site's page sent this request",
            hint="Use the desk's own page, or send the token as Bearer.",
        )


def _is_own(origin: str, request: web.Request) -> bool:
    """Whether it is the origin under which the client reached this server."""
    try:
        given = URL(origin)
        own = URL(f"{client_of(request).scheme}://{request.host}")
        return bool(given.host) and given.origin() == own.origin()
    except ValueError:
        return False
