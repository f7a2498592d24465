"""Announcements: made on the desk, told to the readers of each channel, counted and taken back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from broadcaster.model.announcements import announcement as limits
from tests.desk.feed_page import page
from tests.support.deadline import deadline
from tests.support.server import Server, running_server

LUNCH = {"text": "Lunch is in hall 2", "language": "en", "translations": {"es": "La comida"}}
PATH = "/api/events/talk/announcements"


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path) as running:
        await running.create("es", "fr")
        yield running


async def call(
    server: Server, method: str, path: str, status: int = 200, body: object = None
) -> Any:
    async with server.http.request(method, path, json=body) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json() if answer.content_type == "application/json" else None


async def told(server: Server, channel: str, version: int) -> list[dict[str, Any]]:
    """The announcements that readers of a channel get, once the newest has this version.

    0 waits until none is left.
    """
    async with deadline():
        while True:
            state = (await call(server, "GET", f"/e/talk/poll/{channel}"))["state"]
            announcements: list[dict[str, Any]] = state.get("announcements", [])
            if [one["version"] for one in announcements[:1]] == ([version] if version else []):
                return announcements


async def test_each_channel_reads_it_in_its_language(server: Server) -> None:
    made = await call(server, "POST", PATH, 201, LUNCH)
    assert (made["state"], made["version"], made["by"]) == ("active", 1, "organizer")
    common = {"id": made["id"], "version": 1, "urgent": False}
    for channel, text, lang in (
        ("floor", "Lunch is in hall 2", "en"),
        ("es", "La comida", "es"),
        ("fr", "Lunch is in hall 2", "en"),
    ):
        assert await told(server, channel, 1) == [{**common, "text": text, "lang": lang}]
    urgent = await call(server, "POST", PATH, 201, {"text": "Leave the hall", "urgent": True})
    shown = await call(server, "GET", "/e/talk/poll/es")
    async with deadline():
        while len(shown["state"].get("announcements", [])) < 2:
            shown = await call(server, "GET", "/e/talk/poll/es")
    assert [one["id"] for one in shown["state"]["announcements"]] == [urgent["id"], made["id"]]


async def test_it_is_corrected_withdrawn_and_shown_again(server: Server) -> None:
    made = await call(server, "POST", PATH, 201, LUNCH)
    one = f"{PATH}/{made['id']}"
    corrected = await call(server, "PATCH", one, 200, {"text": "Lunch is in hall 3"})
    assert (corrected["version"], corrected["translations"]) == (2, {"es": "La comida"})
    assert (await told(server, "floor", 2))[0]["text"] == "Lunch is in hall 3"
    same = await call(server, "PATCH", one, 200, {"text": "Lunch is in hall 3", "minutes": 20})
    assert same["version"] == 2
    assert (await call(server, "DELETE", one))["state"] == "withdrawn"
    await told(server, "floor", 0)
    await call(server, "POST", f"/e/talk/announcements/{made['id']}?version=2&shown=1", 404)
    assert (await call(server, "PATCH", one, 200, {"withdrawn": False}))["state"] == "active"
    await told(server, "floor", 2)
    log = await call(server, "GET", "/api/events/talk/log")
    assert [entry["what"] for entry in log["entries"][:4]] == [
        "announcement_restored",
        "announcement_withdrawn",
        "announcement_corrected",
        "announcement_made",
    ]
    assert log["entries"][3]["values"]["languages"] == ["es"]
    assert "Lunch" not in str(log)
    assert "comida" not in str(log)


async def test_the_desk_sees_how_many_phones_have_shown_it(server: Server) -> None:
    made = await call(server, "POST", PATH, 201, LUNCH)
    phone = f"/e/talk/announcements/{made['id']}"
    await told(server, "floor", 1)
    await call(server, "POST", f"{phone}?version=1&received&shown", 204)
    await call(server, "POST", f"{phone}?version=1&received", 204)
    await call(server, "POST", f"{phone}?version=7&received", 204)  # of no such version
    async with page(server) as desk:
        counts = (0, 0)
        while counts != (2, 1):
            await desk.until("announcements")
            [one] = desk.announcements["talk"]
            counts = (one["received"], one["shown"])
    [one] = (await call(server, "GET", PATH))["announcements"]
    assert (one["received"], one["shown"]) == (2, 1)
    await call(server, "PATCH", f"{PATH}/{made['id']}", 200, {"urgent": True})
    [one] = (await call(server, "GET", PATH))["announcements"]
    assert (one["received"], one["shown"]) == (0, 0)


async def test_what_became_of_a_spoken_one_is_shown(server: Server) -> None:
    """Nobody answers the provider's address, and one language has no text."""
    made = await call(server, "POST", PATH, 201, LUNCH | {"speak": True})
    assert (made["speak"], made["speech"]) == (True, {})
    assert made["speak_until"] > made["made_at"]
    one = f"{PATH}/{made['id']}"
    silent = await call(server, "PATCH", one, 200, {"speak": False})
    assert (silent["speak"], silent["speak_until"], silent["version"]) == (False, None, 1)
    again = await call(server, "PATCH", one, 200, {"speak": True})
    corrected = await call(server, "PATCH", one, 200, {"text": "Lunch is in hall 3"})
    assert corrected["speak_until"] >= again["speak_until"]
    languages = [{"tag": tag, "always": True} for tag in ("es", "fr")]
    await call(server, "PATCH", "/api/events/talk", 200, {"languages": languages})
    wanted = {
        "es": {"state": "unspoken", "reason": "provider_failed"},
        "fr": {"state": "unspoken", "reason": "no_text"},
    }
    async with page(server) as desk, deadline():
        found: dict[str, Any] = {}
        while found != wanted:
            await desk.until("announcements")
            [told_of] = desk.announcements["talk"]
            found = told_of["speech"]
    [read] = (await call(server, "GET", PATH))["announcements"]
    assert read["speech"] == wanted


async def test_it_ends_by_itself(server: Server, monkeypatch: Any) -> None:
    monkeypatch.setattr("broadcaster.desk.announcements.records._MINUTE_MS", 1_500)
    await call(server, "POST", PATH, 201, LUNCH | {"minutes": 1})
    await told(server, "floor", 1)
    await told(server, "floor", 0)
    [one] = (await call(server, "GET", PATH))["announcements"]
    assert one["state"] == "expired"


async def test_what_cannot_be_announced_is_refused(server: Server) -> None:
    for wrong in (
        {},
        {"text": " "},
        {"text": "x" * 501},
        {"text": "x", "minutes": 0},
        {"text": "x", "minutes": 1441},
        {"text": "x", "translations": {"es": ""}},
        {"text": "x", "to": "all"},
    ):
        assert (await call(server, "POST", PATH, 422, wrong))["error"] == "bad_request"
    unknown = await call(server, "POST", PATH, 422, {"text": "x", "translations": {"xx-": "y"}})
    assert unknown["error"] == "unknown_language"
    gone = await call(server, "PATCH", f"{PATH}/00000000", 404, {"urgent": True})
    assert gone["error"] == "unknown_announcement"
    phone = await call(server, "POST", "/e/talk/announcements/00000000?version=one", 400)
    assert phone["error"] == "wrong_version"


async def test_an_event_has_a_limited_number_of_them(server: Server) -> None:
    made = [await call(server, "POST", PATH, 201, LUNCH) for _ in range(limits.MOST_ACTIVE)]
    too_many = await call(server, "POST", PATH, 409, LUNCH)
    assert too_many["error"] == "too_many_announcements"
    await call(server, "DELETE", f"{PATH}/{made[0]['id']}")
    await call(server, "POST", PATH, 201, LUNCH)
    await server.move("closed")
    over = await call(server, "POST", PATH, 409, LUNCH)
    assert over["error"] == "event_closed"
