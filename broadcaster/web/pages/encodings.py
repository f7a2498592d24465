"""Content codings: which one a client takes, and bodies compressed with it."""

import gzip
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache

import brotli
from aiohttp import web

JSON = "application/json; charset=utf-8"
IDENTITY = "identity"
CODINGS = ("br", "gzip", IDENTITY)
"""The first one is used among those that a client wants equally."""
_LONGEST_HEADER = 300
_WORTH_IT_BYTES = 600
"""A shorter answer fits into one packet as it is."""
_WINDOW_BITS = 16
"""Of Brotli: as long as the files. A longer window takes longer to prepare."""


class Effort(Enum):
    """How hard to compress: the qualities of Brotli and gzip.

    - `QUICK`: an answer that is sent once.
    - `THOROUGH`: a file that is sent again and again, which may take a millisecond.
    - `UTMOST`: a file that a page waits for, which may take tens of milliseconds.
    """

    QUICK = (4, 5)
    THOROUGH = (9, 9)
    UTMOST = (10, 9)


def weights(header: str) -> Mapping[str, float]:
    """The values of an `Accept-…` header in lower case, with their weights (RFC 9110 §12.4.2).

    Only the first `_LONGEST_HEADER` characters are looked at.
    """
    return _weights(header[:_LONGEST_HEADER])


@lru_cache(maxsize=256)
def _weights(header: str) -> Mapping[str, float]:
    found = {}
    for item in header.split(","):
        value, *parameters = (part.strip().lower() for part in item.split(";"))
        if value:
            found[value] = _weight(parameters)
    return found


def preferred(header: str) -> list[str]:
    """The values of an `Accept-…` header, the most wanted first, without those that are refused."""
    weighed = weights(header)
    return sorted((value for value in weighed if weighed[value] > 0), key=lambda v: -weighed[v])


def coding_of(request: web.Request) -> str:
    """The coding of `CODINGS` in which a client wants the answer."""
    weighed = weights(request.headers.get("Accept-Encoding", ""))
    others = weighed.get("*", 0.0)
    wanted = {
        coding: weighed.get(coding, 0.0 if coding == IDENTITY else others) for coding in CODINGS
    }
    best = max(wanted, key=lambda coding: wanted[coding])
    return best if wanted[best] > 0 else IDENTITY


def encoded(body: bytes, coding: str, effort: Effort = Effort.QUICK) -> bytes:
    """A body in one of the `CODINGS`.

    Args:
        body: as it is.
        coding: of `CODINGS`.
        effort: how hard to compress it.
    """
    brotli_quality, gzip_level = effort.value
    if coding == "br":
        return bytes(brotli.compress(body, quality=brotli_quality, lgwin=_WINDOW_BITS))
    if coding == "gzip":
        return gzip.compress(body, gzip_level, mtime=0)
    return body


def compressed(request: web.Request, body: bytes, headers: Mapping[str, str]) -> web.Response:
    """An answer made for one request, compressed if that is worth it and the client takes it."""
    coding = IDENTITY if len(body) < _WORTH_IT_BYTES else coding_of(request)
    return web.Response(body=encoded(body, coding), headers={**headers, **coding_headers(coding)})


def coding_headers(coding: str) -> dict[str, str]:
    """The headers of an answer in one of the `CODINGS`."""
    varies = {"Vary": "Accept-Encoding"}
    return varies if coding == IDENTITY else {"Content-Encoding": coding, **varies}


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
