"""The client of a request: what proxies say is believed, what strangers say is not."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.config import Settings
from broadcaster.web.application import create_application
from broadcaster.web.clients import (
    Client,
    TrustedProxies,
    client_of,
    network_of,
    parse_address,
)

PROXY, INNER, CLIENT, LIAR = "10.0.0.1", "10.0.0.2", "203.0.113.7", "198.51.100.66"
SIX = "2001:db8:1:2::3"
TRUSTED = "10.0.0.0/8, fd00::/8"
Headers = Mapping[str, str]


def seen(peer: str, headers: Headers | CIMultiDict[str], trusted: str = TRUSTED) -> str:
    """The client of a request, as `scheme address`."""
    request = make_mocked_request("GET", "/", headers=CIMultiDict(headers)).clone(remote=peer)
    client = TrustedProxies.parse(trusted).client_of(request)
    return f"{client.scheme} {client.address or 'unix'}"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1\t", "192.0.2.1"),
        ("192.0.2.1:443", "192.0.2.1"),
        ("192.0.2.1:_hidden", "192.0.2.1"),
        (SIX, SIX),
        (f"[{SIX}]", SIX),
        (f"[{SIX}]:443", SIX),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
        ("", None),
        ("unknown", None),
        ("_hidden", None),
        ("192.0.2.256", None),
        ("192.0.2.1 192.0.2.2", None),
        ("192.0.2.1:80:90", None),
        ("[192.0.2.1", None),
        (f"[{SIX}]443", None),
        ("1234", None),
        ("١٩٢.0.2.1", None),
        ("localhost", None),
    ],
)
def test_addresses_as_headers_have_them(text: str, address: str | None) -> None:
    assert parse_address(text) == (None if address is None else ip_address(address))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        (IPv4Address("192.0.2.1"), "192.0.2.1"),
        (IPv6Address("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64"),
        (IPv6Address("2001:db8:1:2::"), "2001:db8:1:2::/64"),
        (None, "unix"),
    ],
)
def test_an_ipv6_client_is_its_64(address: IPv4Address | IPv6Address | None, network: str) -> None:
    assert network_of(address) == network
    assert Client(address, "http").network == network


@pytest.mark.parametrize(
    ("peer", "headers", "client"),
    [
        # Nobody is believed but the proxies.
        (CLIENT, {}, f"http {CLIENT}"),
        (CLIENT, {"X-Forwarded-For": LIAR, "X-Forwarded-Proto": "https"}, f"http {CLIENT}"),
        (CLIENT, {"Forwarded": f"for={LIAR};proto=https"}, f"http {CLIENT}"),
        (CLIENT, {"X-Forwarded-For": f"{LIAR}, {PROXY}"}, f"http {CLIENT}"),
        (SIX, {"X-Forwarded-For": LIAR}, f"http {SIX}"),
        ("", {"X-Forwarded-For": LIAR, "X-Forwarded-Proto": "https"}, "http unix"),
        # A proxy's word.
        (PROXY, {}, f"http {PROXY}"),
        (PROXY, {"X-Forwarded-For": CLIENT}, f"http {CLIENT}"),
        (PROXY, {"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "https"}, f"https {CLIENT}"),
        (PROXY, {"X-Forwarded-Proto": "https"}, f"https {PROXY}"),
        (PROXY, {"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "wss"}, f"https {CLIENT}"),
        (PROXY, {"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "gopher"}, f"http {CLIENT}"),
        (PROXY, {"X-Forwarded-For": SIX}, f"http {SIX}"),
        (PROXY, {"Forwarded": f"for={CLIENT};proto=https"}, f"https {CLIENT}"),
        (PROXY, {"Forwarded": f'For="[{SIX}]:4711";Proto=HTTPS;by=x'}, f"https {SIX}"),
        ("fd00::1", {"X-Forwarded-For": CLIENT}, f"http {CLIENT}"),
        ("::ffff:10.0.0.1", {"X-Forwarded-For": CLIENT}, f"http {CLIENT}"),
        # What the client wrote itself is further to the left.
        (PROXY, {"X-Forwarded-For": f"{LIAR}, {CLIENT}"}, f"http {CLIENT}"),
        (PROXY, {"X-Forwarded-For": f"{PROXY}, {CLIENT}"}, f"http {CLIENT}"),
        (PROXY, {"Forwarded": f"for={LIAR}, for={CLIENT};proto=https"}, f"https {CLIENT}"),
        (PROXY, {"Forwarded": f'for="{LIAR}, for={CLIENT}'}, f"http {CLIENT}"),
        # Several proxies, each of which says whom it saw.
        (PROXY, {"X-Forwarded-For": f"{LIAR}, {CLIENT}, {INNER}"}, f"http {CLIENT}"),
        (
            PROXY,
            {"X-Forwarded-For": f"{CLIENT}, {INNER}", "X-Forwarded-Proto": "https, http"},
            f"https {CLIENT}",
        ),
        (
            PROXY,
            {"X-Forwarded-For": f"{CLIENT}, {INNER}", "X-Forwarded-Proto": "https"},
            f"https {CLIENT}",
        ),
        (PROXY, {"Forwarded": f"for={CLIENT};proto=https, for={INNER}"}, f"https {CLIENT}"),
        (PROXY, {"X-Forwarded-For": INNER}, f"http {INNER}"),
        # An entry that is no address ends the walk at the proxy that wrote it.
        (PROXY, {"X-Forwarded-For": f"{CLIENT}, unknown"}, f"http {PROXY}"),
        (PROXY, {"X-Forwarded-For": f"{CLIENT}, unknown, {INNER}"}, f"http {INNER}"),
        (PROXY, {"X-Forwarded-For": f"{CLIENT},"}, f"http {PROXY}"),
        (PROXY, {"Forwarded": "for=_hidden;proto=https"}, f"https {PROXY}"),
        (PROXY, {"X-Forwarded-For": ", ".join([CLIENT, *[INNER] * 40])}, f"http {INNER}"),
        # The proxy writes one header, and the client can send the other.
        (PROXY, {"X-Forwarded-For": CLIENT, "Forwarded": f"for={LIAR}"}, f"http {PROXY}"),
        (
            PROXY,
            {"X-Forwarded-For": CLIENT, "Forwarded": f"for={CLIENT};proto=https"},
            f"https {CLIENT}",
        ),
    ],
)
def test_whose_word_is_taken(peer: str, headers: Headers, client: str) -> None:
    assert seen(peer, headers) == client


def test_lines_of_one_header_are_one_chain() -> None:
    lines = [("X-Forwarded-For", LIAR), ("X-Forwarded-For", CLIENT)]
    assert seen(PROXY, CIMultiDict(lines)) == f"http {CLIENT}"


def test_a_local_socket_is_a_proxy_if_the_setting_says_so() -> None:
    headers = {"X-Forwarded-For": f"{LIAR}, {CLIENT}", "X-Forwarded-Proto": "https"}
    assert seen("", headers, "unix") == f"https {CLIENT}"
    assert seen("", headers, "10.0.0.0/8") == "http unix"
    assert seen(LIAR, headers, "unix") == f"http {LIAR}"


@pytest.mark.parametrize(
    ("trusted", "counted"),
    [("", "127.0.0.1"), ("127.0.0.0/8", None), ("::1", "127.0.0.1"), ("unix", "127.0.0.1")],
)
def test_a_proxys_connections_are_not_counted_for_it(trusted: str, counted: str | None) -> None:
    assert TrustedProxies.parse(trusted).counted_network("127.0.0.1") == counted


_WRITTEN = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
"""Text that a client can write into a header."""
_CLIENTS = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).filter(
    lambda address: not TrustedProxies.parse(TRUSTED).trusts(parse_address(str(address)))
)
_PROXIES = st.lists(st.sampled_from([PROXY, INNER, "fd00::9"]), max_size=4)


def as_seen(address: IPv4Address | IPv6Address) -> str:
    return f"http {parse_address(str(address))}"


@given(written=st.lists(_WRITTEN, max_size=3), client=_CLIENTS, passed=_PROXIES)
def test_no_client_can_be_another_one_by_x_forwarded_for(
    written: list[str], client: IPv4Address | IPv6Address, passed: list[str]
) -> None:
    """However the chain begins, it ends with what the proxies wrote."""
    lines = [("X-Forwarded-For", line) for line in written]
    lines.append(("X-Forwarded-For", ", ".join([str(client), *passed])))
    assert seen(PROXY, CIMultiDict(lines)) == as_seen(client)
    joined = ", ".join([*written, str(client), *passed])
    assert seen(PROXY, {"X-Forwarded-For": joined}) == as_seen(client)


@given(written=_WRITTEN, client=_CLIENTS)
def test_no_client_can_be_another_one_by_forwarded(
    written: str, client: IPv4Address | IPv6Address
) -> None:
    """At most it hides itself behind the proxy, with a quotation mark that it leaves open."""
    node = f'"[{client}]"' if isinstance(client, IPv6Address) else str(client)
    found = seen(PROXY, {"Forwarded": f"{written}, for={node}"})
    assert found == as_seen(client) or ('"' in written and found == f"http {PROXY}")


@given(written=_WRITTEN, client=_CLIENTS, forwarded=st.booleans())
def test_no_client_can_be_another_one_by_the_header_that_the_proxy_leaves_alone(
    written: str, client: IPv4Address | IPv6Address, *, forwarded: bool
) -> None:
    node = f'"[{client}]"' if isinstance(client, IPv6Address) else str(client)
    true = ("Forwarded", f"for={node}") if forwarded else ("X-Forwarded-For", str(client))
    false = ("X-Forwarded-For" if forwarded else "Forwarded", written)
    found = seen(PROXY, CIMultiDict([true, false])).split()[1]
    assert found in {str(parse_address(str(client))), PROXY}


@given(peer=_CLIENTS, name=st.sampled_from(["X-Forwarded-For", "Forwarded"]), written=_WRITTEN)
def test_strangers_are_never_believed(
    peer: IPv4Address | IPv6Address, name: str, written: str
) -> None:
    headers = {name: written, "X-Forwarded-Proto": "https"}
    assert seen(str(peer), headers) == as_seen(peer)


@pytest.mark.parametrize(
    "text", ["", "127.0.0.1", "10.0.0.0/8,fd00::/8 unix", "10.1.2.3/8", "unix"]
)
def test_settings_that_name_proxies(text: str) -> None:
    TrustedProxies.parse(Settings.model_validate({"trusted_proxies": text}).trusted_proxies)


@pytest.mark.parametrize("text", ["localhost", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.1;::1"])
def test_settings_that_would_believe_everybody_or_nobody_we_know(text: str) -> None:
    with pytest.raises(ValueError, match="must be the addresses or networks of your proxies"):
        Settings.model_validate({"trusted_proxies": text})


def test_a_proxy_that_is_not_named_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    proxies = TrustedProxies.parse("")
    for peer in (PROXY, INNER):
        request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": CLIENT})
        proxies.client_of(request.clone(remote=peer))
    [record] = caplog.records
    assert "BROADCASTER_TRUSTED_PROXIES" in record.getMessage()


@asynccontextmanager
async def echoing(trusted: str, folder: Path) -> AsyncIterator[dict[str, aiohttp.ClientSession]]:
    """Clients of an application that answers who asks, by IPv4, IPv6 and a local socket."""

    async def who(request: web.Request) -> web.Response:
        client = client_of(request)
        return web.Response(text=f"{client.scheme} {client.network}")

    async with EmbeddedBus(None) as bus, AsyncExitStack() as stack:
        proxies = TrustedProxies.parse(trusted)
        application = create_application(bus, [web.get("/who", who)], proxies=proxies)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        sessions = {}
        for host in ("127.0.0.1", "::1"):
            await web.TCPSite(runner, host, 0).start()
            url = f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[-1][1]}"
            sessions[host] = aiohttp.ClientSession(url)
        await web.UnixSite(runner, folder / "http").start()
        connector = aiohttp.UnixConnector(path=str(folder / "http"))
        sessions["unix"] = aiohttp.ClientSession("http://localhost", connector=connector)
        for session in sessions.values():
            await stack.enter_async_context(session)
        yield sessions


@pytest.mark.parametrize(
    ("trusted", "believed"),
    [
        ("", set()),
        ("127.0.0.1", {"127.0.0.1"}),
        ("::1", {"::1"}),
        ("unix", {"unix"}),
        ("127.0.0.0/8, ::1, unix", {"127.0.0.1", "::1", "unix"}),
    ],
)
async def test_real_sockets(trusted: str, believed: set[str], tmp_path: Path) -> None:
    own = {"127.0.0.1": "127.0.0.1", "::1": "::/64", "unix": "unix"}
    headers = {"X-Forwarded-For": f"{LIAR}, {SIX}", "X-Forwarded-Proto": "https"}
    async with echoing(trusted, tmp_path) as sessions:
        for way, session in sessions.items():
            async with session.get("/who", headers=headers) as answer:
                wanted = "https 2001:db8:1:2::/64" if way in believed else f"http {own[way]}"
                assert await answer.text() == wanted
