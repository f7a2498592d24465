"""`broadcaster check`: reports whether everything is ready for an event, and what to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum

import aiohttp

from broadcaster.bus import DATABASE, folder_lock, open_bus
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.commands.settings import NO_REDIS, warnings
from broadcaster.config import Role, Settings, unused
from broadcaster.errors import BusUnavailable, InterpreterFailed
from broadcaster.from_settings import BACKLOG, oidc_client, tls_context
from broadcaster.model.clock import SystemClock
from broadcaster.model.ports import Bus
from broadcaster.oidc.client import SignInFailed
from broadcaster.os_errors import (
    DATA_DIR,
    PORT,
    SettingUnusable,
    explain_folder,
    explain_port,
)
from broadcaster.parts.access import oidc_provider
from broadcaster.provider_settings import provider, realtime_endpoint
from broadcaster.realtime.protocol.settings import ContinuousConfig
from broadcaster.realtime.socket.translation import open_translation
from broadcaster.sockets.listening import BoundAddress, bound
from broadcaster.system import certificates, open_files

PROBE_LANGUAGE = "es"
PROBE_SOURCE = "en"
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
    for text in warnings(settings):
        yield Finding("Settings", Verdict.WARNING, text)
    for name, why in unused(settings, frozenset(Role)).items():
        yield Finding("Settings", Verdict.WARNING, f"{name} is set, but not used: {why}.")
    if settings.workers > 1 and settings.redis_url is None:
        yield Finding("Settings", Verdict.BAD, NO_REDIS)
    yield await _interpreter(settings)
    yield await _store(settings)
    yield _port(settings)
    yield _open_files()
    yield _accept_queue()
    yield _tls(settings)
    yield _links(settings)
    if settings.oidc_issuer:
        yield await _sign_in(settings)


async def _interpreter(settings: Settings) -> Finding:
    what = "Interpreter"
    if settings.api_key is None:
        return Finding(
            what,
            Verdict.BAD,
            "there is no key. Set OPENAI_API_KEY (or BROADCASTER_API_KEY) and check again.",
        )
    try:
        where, languages = realtime_endpoint(settings), provider(settings).languages
        probed = languages.spoken_tag(PROBE_LANGUAGE) or languages.spoken[0]
        protocol = provider(settings).translation(
            ContinuousConfig(probed, where.model, PROBE_SOURCE), asyncio.get_running_loop().time
        )
        async with (
            asyncio.timeout(PROBE_S),
            aiohttp.ClientSession(trust_env=True) as http,
            open_translation(http, where, protocol),
        ):
            return Finding(what, Verdict.GOOD, f"{where.host} accepted the key and a session.")
    except ValueError as wrong:
        return Finding(what, Verdict.BAD, f"{wrong}. Correct BROADCASTER_REALTIME_URL or the key.")
    except InterpreterFailed as failed:
        return Finding(what, Verdict.BAD, failed.advice())
    except TimeoutError:
        return Finding(what, Verdict.BAD, "no answer in 20 s. Check the network and the proxy.")


async def _store(settings: Settings) -> Finding:
    """Write and read in the store. A server may run on the same data folder."""
    what = "Bus"
    try:
        async with _opened(settings) as bus:
            await bus.probe()
            store = bus.store_status()
    except (BusUnavailable, OSError) as error:
        if isinstance(error, BusUnavailable):
            return Finding(what, Verdict.BAD, error.advice())
        explained = explain_folder(error, DATA_DIR, settings.data_dir)
        return Finding(what, Verdict.BAD, explained.advice())
    if not store.ready:
        return Finding(what, Verdict.BAD, f"{store.message}. {store.hint}")
    if store.free_bytes is None:
        return Finding(what, Verdict.GOOD, "Redis takes writes and answers reads.")
    server = await asyncio.to_thread(folder_lock.owner, settings.data_dir)
    used = f", used by a server that runs ({server})" if server else ""
    free = f"{store.free_bytes / 1_000_000_000:.1f} GB are free"
    text = f"embedded, in {settings.data_dir.resolve()}{used}; a write and a read went through"
    if store.low_space:
        few = f"only {store.free_bytes / 1_000_000:.0f} MB are free"
        return Finding(what, Verdict.WARNING, f"{text}, but {few}. Make space on that disk.")
    return Finding(what, Verdict.GOOD, f"{text}; {free}.")


def _opened(settings: Settings) -> AbstractAsyncContextManager[Bus]:
    """The bus, without the lock that keeps a second server off its folder."""
    if settings.redis_url is None:
        return EmbeddedBus(settings.data_dir / DATABASE)
    return open_bus(settings.redis_url, settings.data_dir)


def _port(settings: Settings) -> Finding:
    what, where = "Port", f"{settings.host}, port {settings.port}"
    try:
        with bound(settings.host, settings.port) as sockets:
            where = " and ".join(_shown(BoundAddress.of(sock)) for sock in sockets)
    except OSError as wrong:
        return Finding(what, Verdict.BAD, explain_port(wrong, PORT, where).advice())
    return Finding(what, Verdict.GOOD, f"{where} {'is' if len(sockets) == 1 else 'are'} free.")


def _shown(address: BoundAddress) -> str:
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{host}:{address.port}"


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
            tls_context(settings)
        except SettingUnusable as wrong:
            return Finding(what, Verdict.BAD, wrong.advice())
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


async def _sign_in(settings: Settings) -> Finding:
    """Read the discovery document of the OpenID provider."""
    what, client = "Sign-in", oidc_client(settings)
    assert client is not None
    provider = oidc_provider(client, SystemClock())
    try:
        await provider.discover()
    except SignInFailed as failed:
        how = "Check BROADCASTER_OIDC_ISSUER, the network and the proxy."
        return Finding(what, Verdict.BAD, f"{failed.message}. {how}")
    finally:
        await provider.close()
    text = f"{client.provider} answers as {client.issuer}; it must know {client.redirect_uri}."
    return Finding(what, Verdict.GOOD, text)
