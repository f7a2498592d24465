"""Reads JSON bodies, the version that a change must find, and choices in an address."""

import asyncio
import codecs
import re
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from broadcaster.web.application import LARGEST_BODY_BYTES
from broadcaster.web.errors import Refused
from broadcaster.web.signaling import BODY_TIMEOUT_S

Body = TypeVar("Body", bound=BaseModel)

_ETAG = re.compile(r'(?:W/)?"?([0-9]{1,18})"?')


def wanted_version(request: web.Request) -> int | None:
    """The version in `If-Match`, which a change must find; None for any."""
    if_match = request.headers.get("If-Match")
    if if_match is None or if_match.strip() == "*":
        return None
    tag = _ETAG.fullmatch(if_match.strip())
    return int(tag[1]) if tag else -1


def choice(request: web.Request, name: str, possible: str) -> bool:
    """Whether a request asks for the only value that a parameter of its address can have.

    Raises:
        Refused: 422 `bad_request`: it has another one.
    """
    given = request.query.get(name, "")
    if given not in {"", possible}:
        raise Refused(
            422,
            "bad_request",
            f"{name}: “{given[:20]}” is not possible",
            hint=f"Write ?{name}={possible}, or leave it out.",
        )
    return given == possible


async def parse_optional(request: web.Request, model: type[Body]) -> Body:
    """The body of a request that may have none.

    Raises:
        Refused: see `parse`.
    """
    return await parse(request, model) if request.can_read_body else model()


async def parse(request: web.Request, model: type[Body]) -> Body:
    """The body of a request.

    Raises:
        Refused: 408 `body_too_slow`, 413 `body_too_large`, 415 `wrong_content_type`, 422
            `bad_request`.
    """
    if request.content_type != "application/json":
        raise Refused(
            415,
            "wrong_content_type",
            "the body must be JSON",
            hint="Send Content-Type: application/json.",
        )
    if (request.content_length or 0) > LARGEST_BODY_BYTES:
        raise web.HTTPRequestEntityTooLarge(LARGEST_BODY_BYTES, request.content_length or 0)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            body = await request.read()
    except TimeoutError:
        raise Refused(
            408, "body_too_slow", "the body did not arrive in time", hint="Try again."
        ) from None
    try:
        return model.model_validate_json(body.removeprefix(codecs.BOM_UTF8))
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise Refused(
            422,
            "bad_request",
            f"{field}: {first['msg'].removeprefix('Value error, ')}",
            hint="See /api/openapi.yaml.",
        ) from None
