"""`broadcaster check`: reports whether everything is ready for an event, and what to do."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum

import aiohttp

from broadcaster.bus import open_bus
from broadcaster.config import Settings
from broadcaster.errors import BusUnavailable, InterpreterFailed
from broadcaster.from_settings import BACKLOG, realtime_endpoint
from broadcaster.realtime.socket.translation import open_translation
from broadcaster.system import certificates, open_files

PROBE_LANGUAGE = "es"
PROBE_S = 20.0


class Verdict(StrEnum):
    """The result of one check."""

    GOOD = "ok"
    WARNING = "warning"
    BAD = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: what was checked, the verdict, and the next step."""

    what: str
    verdict: Verdict
    text: str


async def checks(settings: Settings) -> AsyncIterator[Finding]:
    """Run all checks, one after the other."""
    yield await _interpreter(settings)
    yield await _bus(settings)
    yield _port(settings)
    yield _open_files()
    yield _accept_queue()
    yield _tls(settings)
    yield _links(settings)


async def _interpreter(settings: Settings) -> Finding:
    what = "Interpreter"
    if settings.api_key is None:
        return Finding(
            what,
            Verdict.BAD,
            "there is no key. Set OPENAI_API_KEY (or BROADCASTER_API_KEY) and check again.",
        )
    try:
        where = realtime_endpoint(settings)
        async with (
            asyncio.timeout(PROBE_S),
            aiohttp.ClientSession(trust_env=True) as http,
            open_translation(http, where, PROBE_LANGUAGE),
        ):
            return Finding(what, Verdict.GOOD, f"{where.host} accepted the key and a session.")
    except ValueError as wrong:
        return Finding(what, Verdict.BAD, f"{wrong}. Correct BROADCASTER_REALTIME_URL or the key.")
    except InterpreterFailed as failed:
        return Finding(what, Verdict.BAD, failed.advice())
    except TimeoutError:
        return Finding(what, Verdict.BAD, "no answer in 20 s. Check the network and the proxy.")


async def _bus(settings: Settings) -> Finding:
    what = "Bus"
    try:
        async with open_bus(settings.redis_url, settings.data_dir) as bus:
            await bus.ping()
    except (BusUnavailable, OSError) as away:
        if isinstance(away, BusUnavailable):
            return Finding(what, Verdict.BAD, away.advice())
        return Finding(what, Verdict.BAD, f"{away}. Check BROADCASTER_DATA_DIR.")
    if settings.redis_url is None:
        return Finding(what, Verdict.GOOD, f"embedded, in {settings.data_dir.resolve()}.")
    return Finding(what, Verdict.GOOD, "Redis answers.")


def _port(settings: Settings) -> Finding:
    what = "Port"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as taken:
            return Finding(
                what,
                Verdict.BAD,
                f"{settings.host}:{settings.port} cannot be used ({taken.strerror}). "
                "Stop what runs there, or set BROADCASTER_PORT.",
            )
    return Finding(what, Verdict.GOOD, f"{settings.host}:{settings.port} is free.")


def _open_files() -> Finding:
    what = "Open files"
    allowed = open_files.raise_open_files()
    text = f"{allowed}, enough for {max(0, allowed - open_files.OTHER_FILES)} listeners."
    if allowed < open_files.MANY_LISTENERS + open_files.OTHER_FILES:
        return Finding(what, Verdict.WARNING, f"{text} {open_files.HOW_TO_RAISE}")
    return Finding(what, Verdict.GOOD, text)


def _accept_queue() -> Finding:
    what = "Accept queue"
    somaxconn = open_files.somaxconn()
    if somaxconn is not None and somaxconn < BACKLOG:
        return Finding(
            what,
            Verdict.WARNING,
            f"the kernel queues only {somaxconn} new connections when many join at once. "
            f"Raise it: sysctl -w net.core.somaxconn={BACKLOG}",
        )
    return Finding(
        what, Verdict.GOOD, f"{BACKLOG} new connections can queue when many join at once."
    )


def _tls(settings: Settings) -> Finding:
    what = "HTTPS"
    if settings.tls:
        try:
            certificates.server_context(settings.tls_cert, settings.tls_key, settings.data_dir)
        except (OSError, ssl.SSLError, ValueError) as wrong:
            return Finding(
                what,
                Verdict.BAD,
                f"the certificate cannot be used ({wrong}). "
                "Check BROADCASTER_TLS_CERT and BROADCASTER_TLS_KEY.",
            )
        if settings.tls_cert is None:
            return Finding(
                what,
                Verdict.WARNING,
                "the certificate is self-signed: phones show a warning once. "
                "Use your own certificate for an audience.",
            )
        return Finding(what, Verdict.GOOD, "certificate and key belong together.")
    if (settings.public_url or "").startswith("https://"):
        return Finding(what, Verdict.GOOD, "a proxy in front serves https.")
    return Finding(
        what,
        Verdict.WARNING,
        "off: over plain http, phones get sound by WebRTC or as a file, some seconds late. "
        "Use --tls, or a proxy that serves https.",
    )


def _links(settings: Settings) -> Finding:
    what = "Links"
    if settings.public_url:
        return Finding(what, Verdict.GOOD, f"attendees come to {settings.public_url}.")
    return Finding(
        what,
        Verdict.WARNING,
        "BROADCASTER_PUBLIC_URL is not set: links use the address the desk was opened with "
        f"(on this network: {certificates.lan_address()}).",
    )
