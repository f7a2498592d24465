"""Asks a running server about its events, with the organizer's token."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from broadcaster.auth import kept_admin_token
from broadcaster.commands.links import url_of
from broadcaster.config import Settings
from broadcaster.errors import BroadcasterError, ServerRefused, ServerUnreachable
from broadcaster.sockets.listening import EVERY_ADDRESS

ANSWER_S = 15.0


@dataclass(frozen=True, slots=True)
class DeskAccess:
    """A server, and what it takes to be its organizer.

    Attributes:
        url: the server's address without a path.
        token: the organizer's.
        ca: certificate to trust; None for those of this machine.
    """

    url: str
    token: str = field(repr=False)
    ca: Path | None = None


def access_from(
    settings: Settings, url: str | None, token: str | None, ca: Path | None
) -> DeskAccess:
    """Options of the command line, and settings in place of those that are missing.

    Raises:
        BroadcasterError: the address cannot be used, or the token is not known.
    """
    address = url or settings.public_url or _local_url(settings)
    try:
        parsed = URL(address)
    except ValueError:
        parsed = URL()
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise BroadcasterError(
            f"{address} is not the address of a server", hint="Write https://talks.example."
        )
    given = token or (settings.admin_token.get_secret_value() if settings.admin_token else "")
    given = given or kept_admin_token(settings.data_dir)
    if not given:
        raise BroadcasterError(
            "the organizer's token is not known",
            hint="Set BROADCASTER_ADMIN_TOKEN, or BROADCASTER_DATA_DIR to its data folder.",
        )
    return DeskAccess(str(parsed.origin()), given, ca)


class DeskClient:
    """Calls of the desk's API.

    Args:
        http: client of one server, with the organizer's token.
    """

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        version: int | None = None,
        timeout_s: float = ANSWER_S,
    ) -> Any:
        """The JSON of an answer; None if it has none.

        Args:
            method: of HTTP.
            path: below `/api/events`, or one that begins with `/api/`.
            body: to be sent as JSON; None sends none.
            version: what `If-Match` says; None says nothing.
            timeout_s: how long the server may take.

        Raises:
            ServerRefused: the server answered with an error.
            ServerUnreachable: it did not answer in time.
        """
        if not path.startswith("/api/"):
            path = f"/api/events{path}"
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await self._answer(timeout_s, method, path, json=body, headers=headers)

    async def send_file(self, path: str, file: bytes, timeout_s: float) -> Any:
        """The JSON of the answer to a file; raises what `call` raises.

        Args:
            path: begins with `/api/`.
            file: its content.
            timeout_s: how long the server may take.
        """
        return await self._answer(timeout_s, "POST", path, data=file)

    async def _answer(self, timeout_s: float, method: str, path: str, **options: Any) -> Any:
        """The JSON of an answer; see `call`."""
        try:
            async with (
                asyncio.timeout(timeout_s),
                self._http.request(method, path, **options) as answer,
            ):
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = str(error) or "no answer in time"
            raise ServerUnreachable(
                f"the server does not answer: {reason}",
                hint="Check --url, and with a certificate of its own --ca.",
            ) from None
        try:
            found = json.loads(text) if text else None
        except ValueError:
            found = {}
        if answer.ok:
            return found
        told = found if isinstance(found, dict) else {}
        raise ServerRefused(
            answer.status,
            str(told.get("error", "refused")),
            str(told.get("message", f"the server answered {answer.status}")),
            str(told.get("hint", "Check --url.")),
        )


@asynccontextmanager
async def desk_client(access: DeskAccess) -> AsyncIterator[DeskClient]:
    """A client inside the context.

    Raises:
        BroadcasterError: `ca` is not a certificate.
    """
    try:
        trust = ssl.create_default_context(cafile=access.ca) if access.ca else True
    except ssl.SSLError:
        raise BroadcasterError(
            f"{access.ca} is not a PEM file with a certificate", hint="Correct --ca."
        ) from None
    async with aiohttp.ClientSession(
        access.url,
        headers={"Authorization": f"Bearer {access.token}"},
        connector=aiohttp.TCPConnector(ssl=trust),
    ) as http:
        yield DeskClient(http)


def event_path(event: str) -> str:
    """The path of one event below `/api/events`."""
    return f"/{quote(event, safe='')}"


def _local_url(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in EVERY_ADDRESS else settings.host
    return url_of(settings, host, settings.port)
