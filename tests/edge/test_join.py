"""Short links and passcodes of events, over real sockets."""

import asyncio
import dataclasses
import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.model import keys
from broadcaster.model.event import EventState
from broadcaster.model.join import Passcode
from broadcaster.web.client_limits import AddressLimits
from tests.edge.conftest import EVENT, Edge, running_edge
from tests.support.deadline import deadline

CODE = "K7F2Q0"
PASSCODE = Passcode("Water-24", "secret-of-the-passcode")
SHUT = dataclasses.replace(EVENT, passcode=PASSCODE, downloads=True)
MANY = 3
PROTECTED = (
    "/e/talk/info",
    "/e/talk/captions/es",
    "/e/talk/captions/es/history",
    "/e/talk/manifest.webmanifest",
    "/e/talk/poll/es",
    "/e/talk/search/es?q=agua",
    "/e/talk/transcript/es.txt",
    "/e/talk/transcript/es.vtt",
    "/listen/talk/es.mp3",
)


@pytest_asyncio.fixture
async def coded(edge: Edge) -> Edge:
    await edge.put(dataclasses.replace(EVENT, code=CODE))
    await edge.bus.put(keys.code_record(CODE), b"talk")
    return edge


@pytest_asyncio.fixture
async def shut() -> AsyncIterator[Edge]:
    async with running_edge(address_limits=AddressLimits(wrong_passcodes=MANY)) as edge:
        await edge.put(SHUT)
        yield edge


async def led_to(edge: Edge, path: str) -> tuple[int, str]:
    """Status and Location."""
    async with edge.http.get(path, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


@pytest.mark.parametrize(
    "path",
    [
        "/K7F2Q0",
        "/k7f2qo",
        "/K7F-2QO",
        "/K7F%202q0",
        "/?code=k7f+2qo",
        "/talk",
        "/Talk",
        "/?code=TALK",
    ],
)
async def test_a_code_leads_to_its_event_however_it_is_written(coded: Edge, path: str) -> None:
    assert await led_to(coded, path) == (303, "/e/talk")


async def test_a_query_goes_along(coded: Edge) -> None:
    assert await led_to(coded, "/K7F2Q0?lang=es") == (303, "/e/talk?lang=es")


@pytest.mark.parametrize("path", ["/K7F2Q1", "/nothing", "/?code=K7F2Q1", "/?code=%2Fe%2F..%2F.."])
async def test_an_unknown_code_is_the_page_with_the_field(coded: Edge, path: str) -> None:
    html = {"Accept": "text/html"}
    async with coded.http.get(path, allow_redirects=False, headers=html) as answer:
        assert answer.status == 404
        assert answer.content_type == "text/html"
        assert 'name="code"' in await answer.text()
    await coded.refuses(path, 404, "not_found")


async def test_the_code_of_a_draft_leads_nowhere(coded: Edge) -> None:
    await coded.put(dataclasses.replace(EVENT, code=CODE, state=EventState.DRAFT))
    assert (await led_to(coded, "/K7F2Q0"))[0] == 404


async def test_codes_hide_no_other_address(coded: Edge) -> None:
    assert await led_to(coded, "/") == (200, "")
    for path in ("/healthz", "/readyz", "/e/talk", "/static/shared/icon.svg"):
        assert await led_to(coded, path) == (200, ""), path
    await coded.refuses("/favicon.ico", 404, "not_found")
    async with coded.http.post("/K7F2Q0") as answer:
        assert answer.status == 405


async def test_the_page_gets_what_it_shows_about_the_event(coded: Edge) -> None:
    await coded.put(
        dataclasses.replace(
            EVENT,
            code=CODE,
            state=EventState.OPEN,
            starts_at_ms=1_795_788_000_000,
            notice="Lunch until 13:30",
            ai_notice="",
        )
    )
    async with coded.http.get("/e/talk/info") as answer:
        body = await answer.json()
    shown = {"code": CODE, "starts_at": "2026-11-27T14:00:00Z", "notice": "Lunch until 13:30"}
    assert {**shown, "ai_notice": ""}.items() <= body.items()
    async with coded.http.get("/e/talk/poll/es") as answer:
        state = (await answer.json())["state"]
    assert (state["starts_at"], state["notice"]) == (shown["starts_at"], shown["notice"])


async def status_of(edge: Edge, path: str, headers: dict[str, str]) -> int:
    async with edge.http.get(path, headers=headers) as answer:
        return answer.status


async def whep_status(edge: Edge, headers: dict[str, str]) -> int:
    """415 is what somebody gets who is let in and sends no offer."""
    async with edge.http.post("/whep/talk/es", data=b"", headers=headers) as answer:
        return answer.status


async def enter(edge: Edge, passcode: str) -> tuple[int, str]:
    """Status, and the token or the error id."""
    async with edge.http.post("/e/talk/pass", json={"passcode": passcode}) as answer:
        body = await answer.json()
        return answer.status, body.get("token", body.get("error"))


@pytest.mark.parametrize("path", PROTECTED)
async def test_nothing_of_a_shut_event_comes_without_a_passcode(shut: Edge, path: str) -> None:
    await shut.refuses(path, 401, "passcode_needed")
    await shut.refuses(path, 401, "passcode_needed", Authorization="Bearer wrong")
    await shut.refuses(path, 401, "passcode_needed", Cookie="broadcaster_pass_talk=wrong")
    for shown in (PASSCODE.text, PASSCODE.token()):
        assert await status_of(shut, path, {"Authorization": f"Bearer {shown}"}) == 200
    assert (
        await status_of(shut, path, {"Cookie": f"broadcaster_pass_talk={PASSCODE.token()}"}) == 200
    )


async def test_a_player_by_webrtc_and_one_by_websocket_need_it_too(shut: Edge) -> None:
    headers = {"Authorization": f"Bearer {PASSCODE.token()}"}
    assert await whep_status(shut, {}) == 401
    assert await whep_status(shut, headers) == 415
    with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
        await shut.http.ws_connect("/e/talk/audio/es")
    async with shut.http.ws_connect("/e/talk/audio/es", headers=headers) as socket:
        assert (await socket.receive_json())["type"] == "hello"


async def test_a_browser_keeps_the_token_as_a_cookie(shut: Edge) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(shut.url, cookie_jar=jar) as browser:
        async with browser.post("/e/talk/pass", json={"passcode": " WATER-24 "}) as answer:
            assert await answer.json() == {"token": PASSCODE.token()}
            cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert PASSCODE.text not in cookie
        for path in PROTECTED:
            async with browser.get(path) as answer:
                assert answer.status == 200, path
        await shut.put(dataclasses.replace(SHUT, passcode=Passcode("Water-24", "another")))
        async with deadline():  # the room follows the record
            while (await browser.get("/e/talk/info")).status == 200:
                await asyncio.sleep(0.01)


async def test_too_many_wrong_passcodes_are_not_compared_any_more(
    shut: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for _ in range(MANY):
            assert await enter(shut, "wrong-one") == (403, "wrong_passcode")
        for passcode in ("wrong-one", PASSCODE.text):
            assert await enter(shut, passcode) == (429, "too_many_wrong_passcodes")
        bearer = {"Authorization": f"Bearer {PASSCODE.text}"}
        assert await status_of(shut, "/e/talk/info", bearer) == 429
        # A client that is in stays in.
        token = {"Authorization": f"Bearer {PASSCODE.token()}"}
        assert await status_of(shut, "/e/talk/info", token) == 200
        await shut.refuses("/e/talk/info", 401, "passcode_needed")
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "127.0.0.1 sends wrong passcodes" in logged
    for secret in (PASSCODE.text, "wrong-one", PASSCODE.token(), PASSCODE.secret):
        assert secret not in logged


async def test_an_earlier_token_is_no_guess(shut: Edge) -> None:
    """Programs that come back with it by themselves do not lock the others out."""
    earlier = f"Bearer {Passcode('Water-24', 'another').token()}"
    for _ in range(MANY + 5):
        await shut.refuses("/e/talk/info", 401, "passcode_needed", Authorization=earlier)
    assert (await enter(shut, PASSCODE.text))[0] == 200


async def test_codes_are_not_looked_up_after_too_many_wrong_ones(shut: Edge) -> None:
    await shut.bus.put(keys.code_record(CODE), b"talk")
    for number in range(MANY):
        await shut.refuses(f"/K7F20{number}", 404, "not_found")
    await shut.refuses(f"/{CODE}", 429, "too_many_wrong_codes")


async def test_without_a_passcode_nobody_is_a_guesser(shut: Edge) -> None:
    """Phones that were in before the passcode changed, and come back by hundreds."""
    for _ in range(5 * MANY):
        cookie = "broadcaster_pass_talk=old; broadcaster_desk=old"
        await shut.refuses("/e/talk/info", 401, "passcode_needed", Cookie=cookie)
    assert await enter(shut, PASSCODE.text) == (200, PASSCODE.token())


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"{}", 422, "bad_request"),
        (b"[]", 422, "bad_request"),
        (b'{"passcode": 7}', 422, "bad_request"),
        (b'{"passcode": "' + b"a" * 65 + b'"}', 422, "bad_request"),
        (b"\xff", 422, "bad_request"),
        (b'{"passcode": "\\ud800"}', 403, "wrong_passcode"),
    ],
)
async def test_odd_bodies_are_refused(shut: Edge, body: bytes, status: int, error: str) -> None:
    headers = {"Content-Type": "application/json"}
    async with shut.http.post("/e/talk/pass", data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]) in {
            (status, error),
            (422, "bad_request"),
        }
    async with shut.http.post("/e/talk/pass", data=body) as answer:
        assert answer.status == 415


async def test_an_event_without_a_passcode_needs_no_token(edge: Edge) -> None:
    assert await enter(edge, "anything") == (200, "")
    async with edge.http.post("/e/nothing/pass", json={"passcode": "anything"}) as answer:
        assert answer.status == 404
