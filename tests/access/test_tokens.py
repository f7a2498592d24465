"""Tokens by the API: created, listed, used, revoked, and what each holder sees."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.desk import erasure
from tests.access.holders import ask, event, holder, make
from tests.support.deadline import deadline
from tests.support.server import Server, running_server


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path) as running:
        yield running


def _files_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


async def test_a_token_is_shown_once_and_stored_as_a_hash(server: Server, tmp_path: Path) -> None:
    made = await make(server, "reviewer", "event:talk")
    assert made["link"] == f"{server.url}/review/talk#token={made['token']}"
    wide = await make(server, "reviewer", "all")
    assert wide["link"] == f"{server.url}/desk#token={wide['token']}"
    await ask(server.http, "DELETE", f"/api/tokens/{wide['id']}", 200)
    listed = await ask(server.http, "GET", "/api/tokens", 200)
    assert [one["id"] for one in listed] == [made["id"], wide["id"]]
    secret = made["token"].split("_", 2)[2]
    assert secret not in str(listed)
    stored = await asyncio.to_thread(_files_in, tmp_path)
    assert made["id"].encode() in stored
    assert secret.encode() not in stored


async def test_an_organizer_has_their_own_events_and_those_they_were_given(
    server: Server,
) -> None:
    for event_id in ("given", "hidden"):
        await event(server, event_id)
    made = await make(server, "organizer", "event:given")
    async with holder(server, made["token"]) as http:
        new = {"id": "own", "title": "Own", "languages": ["fr"]}
        await ask(http, "POST", "/api/events", 201, json=new)
        await ask(http, "POST", "/api/events/own/duplicate", 201, json={"id": "copy"})
        listed = await ask(http, "GET", "/api/events", 200)
        assert [one["id"] for one in listed] == ["copy", "given", "own"]
        await ask(http, "GET", "/api/events/hidden", 404)
        await ask(http, "DELETE", "/api/events/own", 204)
        await ask(http, "GET", "/api/tokens", 403)
        log = await ask(server.http, "GET", "/api/log", 200)
        assert log["entries"][0]["what"] == "event_deleted"
        assert log["entries"][0]["actor"] == "a organizer"


async def test_a_reviewer_sees_no_key_of_the_stage(server: Server) -> None:
    await event(server, "talk")
    made = await make(server, "reviewer", "event:talk")
    async with holder(server, made["token"]) as http:
        seen = await ask(http, "GET", "/api/events/talk", 200)
        assert seen["stage_key"] == ""
        assert seen["links"]["stage"] == f"{server.url}/stage/talk"
        [listed] = await ask(http, "GET", "/api/events", 200)
        assert listed["stage_key"] == ""
        await ask(http, "GET", "/api/events/talk/qr/stage.svg", 403)
        await ask(http, "GET", "/api/events/talk/qr/attendee.svg", 200)


async def test_tokens_of_an_event_are_the_organizers_to_give_and_to_revoke(
    server: Server,
) -> None:
    await event(server, "talk")
    await event(server, "other")
    organizer = await make(server, "organizer", "event:talk")
    wide = await make(server, "technician", "event:talk", "event:other")
    async with holder(server, organizer["token"]) as http:
        body = {"name": "Ana", "role": "interpreter", "channel": "es"}
        path = "/api/events/talk/tokens"
        ana = await ask(http, "POST", path, 201, json=body)
        assert ana["scopes"] == ["event:talk/es"]
        assert ana["created_by"] == "a organizer"
        assert ana["link"].endswith(f"/booth/talk/es#token={ana['token']}")
        listed = await ask(http, "GET", path, 200)
        assert [one["id"] for one in listed] == [
            "stage-link",
            organizer["id"],
            wide["id"],
            ana["id"],
        ]
        microphone = {"name": "Chair", "role": "stage", "channel": "floor"}
        chair = await ask(http, "POST", path, 201, json=microphone)
        assert chair["scopes"] == ["event:talk/floor"]
        assert chair["link"].endswith(f"/stage/talk#key={chair['token']}")
        await ask(http, "POST", path, 422, json=microphone | {"channel": "es"})
        await ask(http, "POST", path, 422, json=microphone | {"role": "technician"})
        await ask(http, "DELETE", f"{path}/{chair['id']}", 200)
        await ask(http, "POST", path, 422, json={"name": "Eve", "role": "admin"})
        await ask(http, "POST", path, 404, json=body | {"channel": "fr"})
        await ask(http, "DELETE", f"{path}/{wide['id']}", 403)
        revoked = await ask(http, "DELETE", f"{path}/{ana['id']}", 200)
        assert revoked["state"] == "revoked"
        await ask(http, "DELETE", f"{path}/nothing", 404)


async def test_revoking_the_stage_link_replaces_it(server: Server) -> None:
    before = await server.create("es", state="open")
    await ask(server.http, "DELETE", "/api/events/talk/tokens/stage-link", 200)
    after = await ask(server.http, "GET", "/api/events/talk", 200)
    assert after["stage_key"] not in {"", before["stage_key"]}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"name": "x", "role": "attendee"}, "attendees"),
        ({"name": "x", "role": "technician"}, "scope"),
        ({"name": "x", "role": "admin", "scopes": ["all"]}, "everything"),
        ({"name": "x", "role": "stage", "scopes": ["all"]}, "one scope"),
        ({"name": "x", "role": "stage", "scopes": ["event:talk/es"]}, "floor"),
        ({"name": "x", "role": "interpreter", "scopes": ["event:talk"]}, "channel"),
        ({"name": "x", "role": "technician", "scopes": ["event:talk/es"]}, "channel"),
        ({"name": "x", "role": "reviewer", "scopes": ["everything"]}, "event:ID"),
        ({"name": "x", "role": "reviewer", "scopes": ["event:talk/?"]}, "language"),
        ({"name": "", "role": "organizer"}, "name"),
        ({"name": " Organizer", "role": "organizer"}, "logs"),
        ({"name": "system", "role": "organizer"}, "logs"),
        ({"name": "x", "role": "organizer", "expires_at": "2020-01-01T00:00:00Z"}, "passed"),
        ({"name": "x", "role": "organizer", "expires_at": "9999-01-01T00:00:00Z"}, "year"),
    ],
)
async def test_a_wrong_body_is_refused_with_a_sentence(
    server: Server, body: dict[str, Any], word: str
) -> None:
    refused = await ask(server.http, "POST", "/api/tokens", 422, json=body)
    assert word in refused["message"]


async def test_a_role_is_told_that_it_may_not(server: Server) -> None:
    await event(server, "talk")
    made = await make(server, "technician", "event:talk")
    async with holder(server, made["token"]) as http:
        refused = await ask(http, "DELETE", "/api/events/talk", 403)
    assert refused["error"] == "not_allowed"


async def test_a_token_that_was_never_made_cannot_be_revoked(server: Server) -> None:
    refused = await ask(server.http, "DELETE", "/api/tokens/none", 404)
    assert refused["error"] == "unknown_token"


async def test_tokens_are_bounded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadcaster.desk.access.tokens.MOST_TOKENS", 2)
    made = [await make(server, "organizer") for _ in range(2)]
    more = {"name": "one too many", "role": "organizer"}
    refused = await ask(server.http, "POST", "/api/tokens", 409, json=more)
    assert refused["error"] == "too_many_tokens"
    await ask(server.http, "DELETE", f"/api/tokens/{made[0]['id']}", 200)


async def test_an_organizer_cannot_use_up_all_tokens(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadcaster.desk.access.tokens.MOST_BY_ONE", 3)
    await event(server, "talk")
    admin = await make(server, "admin")
    async with holder(server, admin["token"]) as http:
        body = {"name": "of an admin", "role": "organizer", "scopes": ["event:talk"]}
        first = await ask(http, "POST", "/api/tokens", 201, json=body)
        for number in range(3):  # an admin has no limit of their own
            await ask(http, "POST", "/api/tokens", 201, json=body | {"name": f"more {number}"})
    path, body = "/api/events/talk/tokens", {"name": "passed on", "role": "organizer"}
    async with holder(server, first["token"]) as http:
        second = await ask(http, "POST", path, 201, json=body)
    async with holder(server, second["token"]) as http:
        for _ in range(2):
            await ask(http, "POST", path, 201, json=body)
        refused = await ask(http, "POST", path, 409, json=body)
    assert refused["error"] == "too_many_tokens"
    await ask(server.http, "POST", path, 201, json=body)


async def test_a_link_is_not_passed_on_for_ever(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadcaster.desk.access.tokens.LONGEST_CHAIN", 1)
    await event(server, "talk")
    made = await make(server, "organizer", "event:talk")
    path, body = "/api/events/talk/tokens", {"name": "passed on", "role": "organizer"}
    for status in (201, 409):
        async with holder(server, made["token"]) as http:
            made = await ask(http, "POST", path, status, json=body)
    assert made["error"] == "too_many_tokens"


async def test_revoking_takes_back_what_was_given_out_if_wanted(server: Server) -> None:
    await event(server, "talk")
    path, body = "/api/events/talk/tokens", {"name": "passed on", "role": "organizer"}
    first = await make(server, "organizer", "event:talk")
    async with holder(server, first["token"]) as http:
        second = await ask(http, "POST", path, 201, json=body)
    async with holder(server, second["token"]) as http:
        third = await ask(http, "POST", path, 201, json=body)
    listed = {one["id"]: one["made"] for one in await ask(server.http, "GET", "/api/tokens", 200)}
    assert listed == {first["id"]: 2, second["id"]: 1, third["id"]: 0}
    await ask(server.http, "DELETE", f"{path}/{first['id']}?made=perhaps", 422)
    await ask(server.http, "DELETE", f"{path}/{first['id']}", 200)
    async with holder(server, third["token"]) as http:
        await ask(http, "GET", "/api/events", 200)
    await ask(server.http, "DELETE", f"/api/tokens/{second['id']}?made=true", 200)
    async with holder(server, third["token"]) as http:
        await ask(http, "GET", "/api/events", 401)


async def test_an_event_takes_back_only_its_own_links(server: Server) -> None:
    await event(server, "talk")
    made = await make(server, "organizer", "event:talk")
    body = {"name": "passed on", "role": "reviewer"}
    async with holder(server, made["token"]) as http:
        own = {"id": "own", "title": "Own", "languages": ["es"]}
        await ask(http, "POST", "/api/events", 201, json=own)
        of_talk = await ask(http, "POST", "/api/events/talk/tokens", 201, json=body)
        of_own = await ask(http, "POST", "/api/events/own/tokens", 201, json=body)
    await ask(server.http, "DELETE", f"/api/events/talk/tokens/{made['id']}?made=true", 200)
    for token, status in ((of_talk, 401), (of_own, 200)):
        async with holder(server, token["token"]) as http:
            await ask(http, "GET", "/api/events", status)


async def test_one_holder_cannot_fill_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadcaster.web.access.change_limit.MOST_CHANGES", 3)
    path, flag = "/api/events/talk/flags", {"channel": "es"}
    async with running_server(tmp_path) as server:
        await event(server, "talk")
        made = await make(server, "reviewer", "event:talk")
        async with holder(server, made["token"]) as http:
            for _ in range(3):
                await ask(http, "POST", path, 204, json=flag)
            refused = await ask(http, "POST", path, 429, json=flag)
            assert refused["error"] == "too_many_changes"
            await ask(http, "GET", "/api/events", 200)
        await ask(server.http, "POST", path, 204, json=flag)


async def test_a_void_token_says_why(server: Server) -> None:
    made = await make(server, "organizer")
    async with holder(server, made["token"]) as http:
        await ask(http, "GET", "/api/events", 200)
        await ask(server.http, "DELETE", f"/api/tokens/{made['id']}", 200)
        assert (await ask(http, "GET", "/api/events", 401))["error"] == "token_revoked"
    soon = (datetime.now(UTC) + timedelta(seconds=0.3)).isoformat()
    made = await make(server, "organizer", expires_at=soon)
    async with deadline(), holder(server, made["token"]) as http:
        status, body = 200, {}
        while status == 200:
            with suppress(aiohttp.ClientError):  # it expired while it was answered
                async with http.get("/api/events") as answer:
                    status, body = answer.status, await answer.json()
        assert (status, body["error"]) == (401, "token_expired")


async def test_the_last_use_is_noted(server: Server) -> None:
    made = await make(server, "organizer")
    assert made["used_at"] is None
    async with holder(server, made["token"]) as http:
        await ask(http, "GET", "/api/events", 200)
    async with deadline():
        while True:
            [listed] = await ask(server.http, "GET", "/api/tokens", 200)
            if listed["used_at"] is not None:
                break


async def test_tokens_are_kept_over_a_restart_and_deleted_with_their_event(
    tmp_path: Path,
) -> None:
    async with running_server(tmp_path) as server:
        await event(server, "talk")
        await event(server, "other")
        gone = await make(server, "reviewer", "event:talk")
        left = await make(server, "reviewer", "event:talk", "event:other")
    async with running_server(tmp_path) as server:
        async with holder(server, gone["token"]) as http:
            await ask(http, "GET", "/api/events/talk", 200)
            await ask(server.http, "DELETE", "/api/events/talk", 204)
            await ask(http, "GET", "/api/events", 401)
        [listed] = await ask(server.http, "GET", "/api/tokens", 200)
        assert listed["id"] == left["id"]
        assert listed["scopes"] == ["event:other"]


async def test_sign_in_and_out_by_the_cookie(server: Server) -> None:
    made = await make(server, "organizer")
    async with aiohttp.ClientSession(server.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        await ask(http, "GET", "/api/session", 401)
        await ask(http, "POST", "/api/session", 401, json={"token": "cbt_wrong"})
        async with http.post("/api/session", json={"token": made["token"]}) as answer:
            assert answer.status == 200
            cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Secure" not in cookie  # it was http
        assert (await ask(http, "GET", "/api/session", 200))["name"] == "a organizer"
        await ask(http, "DELETE", "/api/session", 204)
        await ask(http, "GET", "/api/session", 401)
    log = await ask(server.http, "GET", "/api/log", 200)
    assert [one["what"] for one in log["entries"][::-1]] == ["token_created", "signed_in"]
    assert made["token"] not in str(log)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "//evil.example"}, 403),
        ({"Origin": "OWN"}, 201),
    ],
)
async def test_with_a_cookie_only_our_own_pages_change_something(
    server: Server, headers: dict[str, str], status: int
) -> None:
    headers = {name: server.url if value == "OWN" else value for name, value in headers.items()}
    new = {"title": "A talk", "languages": ["es"]}
    async with aiohttp.ClientSession(server.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        made = await make(server, "organizer")
        await ask(http, "POST", "/api/session", 200, json={"token": made["token"]})
        answer = await ask(http, "POST", "/api/events", status, json=new, headers=headers)
        assert status == 201 or answer["error"] == "foreign_page"
        await ask(http, "GET", "/api/events", 200, headers=headers)
    # A program that shows its token is no browser that others could use.
    await ask(server.http, "POST", "/api/events", 201, json=new, headers=headers)


async def test_a_reviewer_flags_a_passage(server: Server) -> None:
    await event(server, "talk")
    made = await make(server, "reviewer", "event:talk")
    path = "/api/events/talk/flags"
    async with holder(server, made["token"]) as http:
        await ask(http, "POST", path, 204, json={"channel": "es", "position_ms": 61_000})
        await ask(http, "POST", path, 204, json={"channel": "floor", "caption": "17-0"})
        await ask(http, "POST", path, 404, json={"channel": "fr"})
        await ask(http, "POST", path, 422, json={"channel": "es", "text": "words"})
        log = await ask(http, "GET", "/api/events/talk/log", 200)
    flags = [one for one in log["entries"] if one["what"] == "passage_flagged"]
    assert [one["values"] for one in flags] == [
        {"channel": "floor", "caption": "17-0"},
        {"channel": "es", "position_ms": 61_000},
    ]
    assert {one["actor"] for one in flags} == {"a reviewer"}


async def test_an_organizer_puts_events_into_their_own_conferences_only(server: Server) -> None:
    for one in ("mine", "theirs"):
        body = {"id": one, "title": one, "time_zone": "Europe/Madrid", "rooms": ["Hall"]}
        await ask(server.http, "POST", "/api/conferences", 201, json=body)
    made = await make(server, "organizer", "conference:mine")
    new = {"id": "talk", "title": "A talk", "languages": ["es"], "conference": "mine"}
    async with holder(server, made["token"]) as http:
        await ask(http, "POST", "/api/events", 201, json=new)
        await ask(http, "POST", "/api/events", 403, json=new | {"conference": "theirs"})
        await ask(http, "PATCH", "/api/events/talk", 200, json={"conference": "mine"})
        await ask(http, "PATCH", "/api/events/talk", 403, json={"conference": "theirs"})


async def test_a_copy_is_in_a_conference_of_the_one_that_copies_only(server: Server) -> None:
    body = {"id": "water", "title": "Water", "time_zone": "Europe/Madrid", "rooms": ["Hall"]}
    await ask(server.http, "POST", "/api/conferences", 201, json=body)
    new = {"id": "talk", "title": "A talk", "languages": ["es"], "conference": "water"}
    await ask(server.http, "POST", "/api/events", 201, json=new)
    for scope, conference in (("event:talk", ""), ("conference:water", "water")):
        made = await make(server, "organizer", scope)
        async with holder(server, made["token"]) as http:
            copy = await ask(http, "POST", "/api/events/talk/duplicate", 201)
            assert (copy["conference"] or "") == conference
    copy = await ask(server.http, "POST", "/api/events/talk/duplicate", 201)
    assert copy["conference"] == "water"


async def test_a_token_gives_none_that_lasts_longer(server: Server) -> None:
    await event(server, "talk")
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    made = await make(server, "organizer", "event:talk", expires_at=ends.isoformat())
    async with holder(server, made["token"]) as http:
        for hours, wanted in ((None, 0), (2, 0), (-0.5, -0.5)):
            body: dict[str, Any] = {"name": "x", "role": "organizer"}
            if hours is not None:
                body["expires_at"] = (ends + timedelta(hours=hours)).isoformat()
            given = await ask(http, "POST", "/api/events/talk/tokens", 201, json=body)
            assert datetime.fromisoformat(given["expires_at"]) == ends + timedelta(hours=wanted)


async def test_a_token_that_revokes_itself_is_in_the_log(server: Server) -> None:
    made = await make(server, "admin")
    async with holder(server, made["token"]) as http:
        await ask(http, "DELETE", f"/api/tokens/{made['id']}", 200)
        await ask(http, "GET", "/api/tokens", 401)
    log = await ask(server.http, "GET", "/api/log", 200)
    assert [one["what"] for one in log["entries"]] == ["token_revoked", "token_created"]


async def test_a_void_token_shown_first_does_not_keep_the_other_open(server: Server) -> None:
    """A client may show a Bearer and a cookie; what opened the stream must cut it off."""
    void = await make(server, "organizer")
    await ask(server.http, "DELETE", f"/api/tokens/{void['id']}", 200)
    await event(server, "talk")
    made = await make(server, "reviewer", "event:talk")
    headers = {"Cookie": f"broadcaster_desk={made['token']}"}
    async with holder(server, void["token"]) as http:
        await ask(http, "GET", "/api/events/talk", 200, headers=headers)
        async with deadline(), http.get("/api/changes", headers=headers) as stream:
            assert stream.status == 200
            await ask(server.http, "DELETE", f"/api/tokens/{made['id']}", 200)
            with suppress(aiohttp.ClientError):
                while await stream.content.readline():
                    pass


async def test_the_stream_tells_nothing_of_events_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "TOMBSTONE_S", 0.0)
    monkeypatch.setattr(erasure, "SWEEP_EVERY_S", 0.05)
    async with running_server(tmp_path) as server:
        for event_id in ("given", "kept", "hidden"):
            await event(server, event_id)
        made = await make(server, "reviewer", "event:given", "event:kept")
        async with (
            deadline(60),
            holder(server, made["token"]) as http,
            http.get("/api/changes") as stream,
        ):
            text = ""
            while "event: ready" not in text:
                text += (await stream.content.readline()).decode()
            await ask(server.http, "POST", "/api/events/hidden/check", 202)
            flag = {"channel": "es"}
            await ask(server.http, "POST", "/api/events/hidden/flags", 204, json=flag)
            await ask(server.http, "POST", "/api/events/hidden/open", 200)
            await ask(server.http, "DELETE", "/api/events/given", 204)
            while "event: deleted" not in text:
                text += (await stream.content.readline()).decode()
            # A later event that happens to have the id is another one.
            new = {"id": "given", "title": "A secret", "languages": ["es"]}
            while True:
                async with server.http.post("/api/events", json=new) as answer:
                    if answer.status == 201:
                        break
            await ask(server.http, "PATCH", "/api/events/kept", 200, json={"title": "The end"})
            while "The end" not in text:
                text += (await stream.content.readline()).decode()
    assert "hidden" not in text
    assert "A secret" not in text
