"""Framing of an endless body: HTTP/1.1 reads chunks, HTTP/1.0 reads until the end."""

from aiohttp import HttpVersion11, web


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked HTTP body (RFC 9112 §7.1)."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


LAST_CHUNK = b"0\r\n\r\n"
"""The end of a chunked body."""


def framed(data: bytes, *, chunked: bool) -> bytes:
    """Some bytes of a body as they are written.

    Args:
        data: the bytes; an empty chunk would end the body, so they must not be empty.
        chunked: whether the body is chunked; see `reads_chunks`.
    """
    return chunk(data) if chunked else data


def reads_chunks(request: web.Request) -> bool:
    """Whether the answer to a request is chunked when it has no length.

    aiohttp decides the header by the same rule. Without chunks the end of the connection is the end
    of the body (RFC 9112 §6.3).
    """
    return request.version >= HttpVersion11
