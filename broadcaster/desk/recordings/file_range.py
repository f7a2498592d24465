"""Answers with a file, or with the range of it that a player asks for (RFC 9110 section 14).

The connections of this server write by themselves, so `aiohttp.web.FileResponse` cannot be used: it
hands files to the kernel.
"""

import asyncio
import os
from pathlib import Path

from aiohttp import web

from broadcaster.web.errors import Refused

READER_S = 60.0
"""A client that takes nothing for this long is disconnected."""
_PIECE_BYTES = 256 * 1024


async def send_range(request: web.Request, path: Path, content_type: str) -> web.StreamResponse:
    """Send what a request asks for of a file.

    Args:
        request: perhaps with `Range` and `If-Range`.
        path: of the file, which may be growing.
        content_type: of the answer.

    Raises:
        Refused: 416 `bad_range`.
        OSError: the file cannot be read.
    """
    file = await asyncio.to_thread(path.open, "rb", buffering=0)
    try:
        status = os.fstat(file.fileno())
        tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
        wanted = _wanted(request, status.st_size, tag)
        headers = {
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-cache",
            "Content-Type": content_type,
            "ETag": tag,
        }
        if wanted is not None:
            last = wanted.stop - 1
            headers["Content-Range"] = f"bytes {wanted.start}-{last}/{status.st_size}"
        span = wanted if wanted is not None else range(status.st_size)
        response = web.StreamResponse(status=200 if wanted is None else 206, headers=headers)
        response.content_length = len(span)
        await response.prepare(request)
        if request.method != "HEAD":
            await asyncio.to_thread(file.seek, span.start)
            left = len(span)
            while left and (piece := await asyncio.to_thread(file.read, min(left, _PIECE_BYTES))):
                await write_piece(response, piece)
                left -= len(piece)
        return response
    finally:
        file.close()


async def write_piece(response: web.StreamResponse, piece: bytes) -> None:
    """Write to a client, which must read.

    Raises:
        ConnectionResetError: it has disconnected, or does not read.
    """
    try:
        async with asyncio.timeout(READER_S):
            await response.write(piece)
    except TimeoutError:
        raise ConnectionResetError("the client does not read") from None


def _wanted(request: web.Request, size: int, tag: str) -> range | None:
    """The range that is asked for; None for all. What is no single range is ignored.

    Raises:
        Refused: 416 `bad_range`: it begins behind the end.
    """
    if request.headers.get("If-Range", tag) != tag:
        return None
    try:
        asked = request.http_range
    except ValueError:
        return None
    if asked.start is None:
        return None
    start = max(0, size + asked.start) if asked.start < 0 else asked.start
    stop = size if asked.stop is None else min(asked.stop, size)
    if start >= stop:
        raise Refused(
            416,
            "bad_range",
            "the file is shorter",
            hint="Ask for a range within the size that Content-Range says.",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return range(start, stop)
