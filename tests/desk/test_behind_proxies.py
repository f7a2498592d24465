"""Keys, cookies and links of a server behind a proxy, and of one that strangers write to."""

from pathlib import Path

import aiohttp
import pytest

from broadcaster.web.access.credentials import COOKIE
from tests.support.server import TOKEN, Server, running_server

HTTPS = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
RFC = {"Forwarded": 'for="[2001:db8::7]:4711";proto=https'}
MANY = 3
WRONG = {"Authorization": "Bearer wrong"}
DOORS = {
    "API": ("GET", "/api/events", WRONG),
    "sign-in page": ("GET", "/desk?token=wrong", {}),
    "sign-in for programs": ("GET", "/desk?token=wrong", {"Accept": "application/json"}),
    "cookie": ("GET", "/api/events", {"Cookie": f"{COOKIE}=wrong"}),
    "metrics": ("GET", "/metrics", WRONG),
    "publishing": ("POST", "/whip/talk", WRONG),
    "asking what WHIP offers": ("OPTIONS", "/whip/talk", WRONG),
    "a publisher's session": ("DELETE", "/whip/talk/none", WRONG),
    "its candidates": ("PATCH", "/whip/talk/none", WRONG),
}


async def asked(
    server: Server, method: str, path: str, headers: dict[str, str]
) -> aiohttp.ClientResponse:
    """An answer to a client that keeps no cookie and shows no key but these."""
    async with (
        aiohttp.ClientSession(server.url, cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.request(method, path, headers=headers, allow_redirects=False) as answer,
    ):
        await answer.read()
        return answer


@pytest.mark.parametrize("headers", [HTTPS, RFC, {**HTTPS, "Forwarded": "for=203.0.113.7"}])
@pytest.mark.parametrize(
    ("trusted", "https"), [("127.0.0.1", True), ("", False), ("10.0.0.0/8, ::1, unix", False)]
)
async def test_the_cookie_and_the_links(
    tmp_path: Path, trusted: str, headers: dict[str, str], *, https: bool
) -> None:
    async with running_server(tmp_path, trusted_proxies=trusted) as server:
        answer = await asked(server, "GET", f"/desk?token={TOKEN}", headers)
        assert answer.status == 303
        assert bool(answer.cookies[COOKIE]["secure"]) == https
        await server.create("es")
        async with server.http.get("/api/events/talk", headers=headers) as answer:
            link = (await answer.json())["links"]["attendee"]
        assert link == f"{'https' if https else 'http'}://{server.url.partition('//')[2]}/e/talk"


@pytest.mark.parametrize("door", DOORS)
async def test_wrong_keys_at_every_door(tmp_path: Path, door: str) -> None:
    """They are answered 429 in the end; the right one opens, and others are not concerned."""
    method, path, headers = DOORS[door]
    async with running_server(
        tmp_path, trusted_proxies="127.0.0.1", wrong_keys_per_address=MANY
    ) as server:
        event = await server.create("es")
        guess = headers | {"X-Forwarded-For": "192.0.2.1"}
        statuses = [(await asked(server, method, path, guess)).status for _ in range(MANY + 1)]
        assert statuses == [401] * MANY + [429]
        answer = await asked(server, method, path, guess)
        assert answer.status == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        answer = await asked(server, method, path, headers | {"X-Forwarded-For": "192.0.2.2"})
        assert answer.status == 401
        for address in ("192.0.2.1", "192.0.2.2"):
            same = {"X-Forwarded-For": address}
            organizer = same | {"Authorization": f"Bearer {TOKEN}"}
            assert (await asked(server, "GET", "/api/events", organizer)).status == 200
            assert (await asked(server, "GET", f"/desk?token={TOKEN}", same)).status == 303
            speaker = same | {"Authorization": f"Bearer {event['stage_key']}"}
            assert (await asked(server, "POST", "/whip/talk", speaker)).status == 415
        async with server.http.get("/metrics") as answer:
            text = await answer.text()
        line = 'broadcaster_refused_requests_total{error="too_many_wrong_keys"} 2.0'
        assert line in text
