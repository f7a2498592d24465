"""Looks at the public address as a phone would: its name, its certificate, and the answer."""

import asyncio
import ipaddress
import socket
import ssl
import time
from contextlib import suppress
from datetime import UTC, datetime

import aiohttp
from yarl import URL

from broadcaster.desk.alarms.installation import CERTIFICATE_DAYS
from broadcaster.model.check.report import CheckResult, CheckValues, Light

FETCH_TIMEOUT_S = 8.0
_EXPIRED = 10
"""X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL."""
_OTHER_NAME = frozenset({62, 64})
"""A host name or an IP address that is not in the certificate."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


async def check_address(base: str, *, given: bool, fetched: bool = True) -> list[CheckResult]:
    """The verdicts `address` and `certificate`.

    Args:
        base: beginning of all links.
        given: it is a setting. An address that only a request named is not fetched.
        fetched: whether to ask the server there.
    """
    try:
        url = URL(base)
        host = url.host or ""
    except ValueError:
        return [_red("address", "address_invalid", base, "is not an address", _SET)]
    if host in _LOCAL:
        light = Light.RED if given else Light.AMBER
        what = "leads only to this computer: no phone can open it"
        return [_verdict("address", light, "address_local", base, what, _SET)]
    found = [_by_form(url, host, given=given)]
    if not (given and fetched):
        return found
    try:
        async with asyncio.timeout(FETCH_TIMEOUT_S):
            if (problem := await _resolve(url, host)) is not None:
                return [problem]
            if url.scheme == "https":
                certificate, problem = await _certificate(url, host)
                found.append(certificate)
                if problem is not None:
                    return [problem, certificate]
            answered = await _fetch(url)
    except TimeoutError:
        answered = _red("address", "address_unreachable", base, "does not answer", _REACH)
    if answered.light is Light.RED or found[0].light is Light.GREEN:
        found[0] = answered
    return found


_SET = "Set BROADCASTER_PUBLIC_URL to the https address that phones can open."
_HTTPS = "Serve https: use --tls with a certificate, or a proxy in front."
_REACH = "Check the DNS entry, the firewall and the proxy in front of the server."


def _by_form(url: URL, host: str, *, given: bool) -> CheckResult:
    """The verdict that the address itself allows."""
    base = str(url)
    if url.scheme != "https":
        light = Light.AMBER if _is_private(host) else Light.RED
        what = "is plain http: browsers allow a microphone only over https"
        return _verdict("address", light, "no_https", base, what, _HTTPS)
    if not given:
        what = "is only where the desk was opened: links use it, and it was not tried"
        return _verdict("address", Light.AMBER, "address_not_set", base, what, _SET)
    return CheckResult("address", Light.GREEN, "", {"address": base}, f"{base} is https.")


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal"))


async def _resolve(url: URL, host: str) -> CheckResult | None:
    try:
        await asyncio.get_running_loop().getaddrinfo(host, url.port, type=socket.SOCK_STREAM)
    except OSError:
        what = "has a name that is not known"
        return _red("address", "address_unknown", str(url), what, _REACH)
    return None


async def _certificate(url: URL, host: str) -> tuple[CheckResult, CheckResult | None]:
    """The verdict about the certificate, and one about the address if it cannot be reached."""
    base = str(url)
    message = "The certificate was not seen."
    unknown = CheckResult("certificate", Light.GREY, "not_seen", {"address": base}, message)
    try:
        _, writer = await asyncio.open_connection(
            host, url.port, ssl=ssl.create_default_context(), server_hostname=host
        )
    except ssl.SSLCertVerificationError as wrong:
        code = wrong.verify_code
        if code == _EXPIRED:
            what, hint = "shows a certificate that has expired", "Renew the certificate."
            return _red("certificate", "certificate_expired", base, what, hint), None
        if code in _OTHER_NAME:
            what, hint = "shows a certificate of another name", "Get one for this address."
            return _red("certificate", "certificate_other_name", base, what, hint), None
        what = "shows a certificate that phones do not trust: they warn their owners"
        hint = "Use a certificate of a known authority for an audience."
        return _verdict("certificate", Light.AMBER, "certificate_untrusted", base, what, hint), None
    except (OSError, ssl.SSLError):
        what = "cannot be reached"
        return unknown, _red("address", "address_unreachable", base, what, _REACH)
    try:
        shown = writer.get_extra_info("ssl_object").getpeercert() or {}
    finally:
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    return until(ends, base), None


def until(ends: datetime, base: str) -> CheckResult:
    """The verdict about a good certificate that is valid until then."""
    days = (ends - datetime.now(UTC)).days
    values: CheckValues = {"address": base, "days": days}
    if days < CERTIFICATE_DAYS:
        light = Light.RED if days < 0 else Light.AMBER
        problem = "certificate_expired" if days < 0 else "certificate_expires"
        message = f"The certificate of {base} expires in {max(days, 0)} days."
        return CheckResult("certificate", light, problem, values, message, "Renew it now.")
    message = f"The certificate of {base} is valid for {days} days."
    return CheckResult("certificate", Light.GREEN, "", values, message)


async def _fetch(url: URL) -> CheckResult:
    """The verdict of a request for the server's sign of life; any certificate will do."""
    base, began = str(url), time.monotonic()
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.get(url.joinpath("healthz"), ssl=False, allow_redirects=False) as answer,
        ):
            body = await answer.content.read(1_000)
    except (aiohttp.ClientError, OSError):
        return _red("address", "address_unreachable", base, "cannot be reached", _REACH)
    if answer.status != 200 or b'"ok"' not in body:  # noqa: PLR2004
        what = "is answered by something else than this server"
        return _red("address", "address_other_server", base, what, _REACH)
    latency_ms = round((time.monotonic() - began) * 1_000)
    values: CheckValues = {"address": base, "latency_ms": latency_ms}
    message = f"{base} answers in {latency_ms} ms, as seen from the server."
    return CheckResult("address", Light.GREEN, "", values, message)


def _red(check: str, problem: str, base: str, what: str, hint: str) -> CheckResult:
    return _verdict(check, Light.RED, problem, base, what, hint)


def _verdict(
    check: str, light: Light, problem: str, base: str, what: str, hint: str
) -> CheckResult:
    return CheckResult(check, light, problem, {"address": base}, f"{base} {what}.", hint)
