"""Every route × every role × {valid, none, wrong, other event's, expired, revoked}."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from broadcaster.access.actions import ANYBODY, MAY, Action
from broadcaster.access.roles import TOKEN_ROLES, AccessRole
from broadcaster.access.routes import ROUTE_ACTIONS
from broadcaster.access.scope import Scope
from broadcaster.access.tokens import Token, with_secret
from broadcaster.bus import open_bus
from broadcaster.model import keys
from broadcaster.web.access.credentials import COOKIE
from tests.support.deadline import deadline
from tests.support.server import TOKEN, Server, application_of_server, running_server

MINE, OTHER = "talk", "keynote"
SITUATIONS = ("valid", "none", "wrong", "other", "expired", "revoked")
ADMIN_ELSEWHERE = (AccessRole.ADMIN, "other")
"""An admin's token is for all events."""
SAME_FOR_ALL = {"none", "wrong"}
"""Situations in which the role does not matter: one role shows them."""
STAGE_KEY = "stage key"
"""The event's own key, which is no token."""
PASSCODES = {MINE: "mine-1234", OTHER: "other-1234"}
VALUES = {
    "announcement": "0123abcd",
    "event": MINE,
    "channel": "es",
    "code": "ABC123",
    "conference": "water",
    "file": "shared/style.css",
    "form": "svg",
    "report_type": "zip",
    "transcript_type": "docx",
    "file_type": "txt",
    "format": "ogg",
    "link": "attendee",
    "screen": "left",
    "role": "main",
    "replacement": "0123456789ab",
    "output": "0123456789ab",
    "captions_type": "vtt",
    "part": "1",
    "data_type": "json",
    "session": "0123456789abcdef",
    "token": "0123456789ab",
}
UNLIMITED: dict[str, Any] = {
    "wrong_keys_per_address": 1_000_000,
    "wrong_passcodes_per_address": 1_000_000,
}


@dataclass(slots=True)
class Holders:
    """The token that each role shows in each situation."""

    shown: dict[tuple[str, str], str]

    def of(self, role: str, situation: str) -> str:
        if situation == "none":
            return ""
        if situation == "wrong":
            return "cbt_0123456789ab_" + "x" * 24
        return self.shown[role, situation]


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path, **UNLIMITED) as running:
        yield running


async def make_event(server: Server, event_id: str) -> dict[str, Any]:
    body = {
        "id": event_id,
        "title": event_id,
        "languages": ["es"],
        "passcode": PASSCODES[event_id],
        "downloads": True,
    }
    async with server.http.post("/api/events", json=body) as answer:
        event: dict[str, Any] = await answer.json()
        assert answer.status == 201, event
    await server.move("live", event_id)  # so it cannot be deleted
    return event


async def make_token(server: Server, role: str, event_id: str, *, revoked: bool = False) -> str:
    name = {"name": f"{role} of {event_id}", "role": role}
    scope = f"event:{event_id}" + ("/es" if role == AccessRole.INTERPRETER else "")
    scopes = [] if role == AccessRole.ADMIN else [scope]
    async with server.http.post("/api/tokens", json=name | {"scopes": scopes}) as answer:
        body = await answer.json()
        assert answer.status == 201, body
    if revoked:
        async with server.http.delete(f"/api/tokens/{body['id']}") as answer:
            assert answer.status == 200
    return str(body["token"])


async def make_holders(server: Server) -> Holders:
    shown: dict[tuple[str, str], str] = {}
    stage_keys = {one: (await make_event(server, one))["stage_key"] for one in (MINE, OTHER)}
    for role in TOKEN_ROLES:
        shown[role, "valid"] = await make_token(server, role, MINE)
        shown[role, "other"] = await make_token(server, role, OTHER)
        shown[role, "revoked"] = await make_token(server, role, MINE, revoked=True)
        shown[role, "expired"] = EXPIRED[role][1]
    for situation, event in (("valid", MINE), ("other", OTHER)):
        shown[STAGE_KEY, situation] = stage_keys[event]
        shown[AccessRole.ATTENDEE, situation] = PASSCODES[event]
    for situation in ("expired", "revoked"):
        shown[STAGE_KEY, situation] = "a key of before"
        shown[AccessRole.ATTENDEE, situation] = "earlier-1234"
    return Holders(shown)


def _expired(role: AccessRole) -> tuple[Token, str]:
    channel = "es" if role is AccessRole.INTERPRETER else ""
    scopes = () if role is AccessRole.ADMIN else (Scope("event", MINE, channel),)
    token, text = with_secret(Token("", "late", role, scopes, "", 1_000, "a test"))
    return replace(token, expires_at_ms=2_000), text


EXPIRED = {role: _expired(role) for role in TOKEN_ROLES}


async def store_expired(data_dir: Path) -> None:
    async with open_bus(None, data_dir) as bus:
        for token, _ in EXPIRED.values():
            await bus.put(keys.token_record(token.id), token.to_json(), 0)


def expected(route: str, role: str, situation: str) -> str:  # noqa: PLR0911 - a table
    """The outcome by the table: `ok`, `401`, `403` or `404`."""
    action = ROUTE_ACTIONS[route]
    if action in {Action.OPEN_PAGE, Action.SIGN_IN, Action.USE_LISTENER_SESSION}:
        return "ok"
    if action is Action.LISTEN:
        readers = MAY[Action.READ_EVENT] | MAY[Action.INTERPRET]
        reads = role in TOKEN_ROLES and AccessRole(role) in readers
        admitted = reads and (situation == "valid" or (role, situation) == ADMIN_ELSEWHERE)
        return "ok" if admitted or (role, situation) == (AccessRole.ATTENDEE, "valid") else "401"
    if action in {Action.SPEAK, Action.USE_STAGE_SESSION}:
        opens = situation == "valid" and role in {AccessRole.STAGE, STAGE_KEY}
        nothing = situation == "none" and action is Action.USE_STAGE_SESSION
        return "ok" if opens or nothing else "401"
    if situation == "none":
        return "ok" if action in ANYBODY else "401"
    is_token = role in TOKEN_ROLES
    if situation in {"wrong", "expired", "revoked"} or not is_token:
        return "401"
    if AccessRole(role) not in MAY[action]:
        return "403"
    if situation == "other" and "{event}" in route and role != AccessRole.ADMIN:
        return "404"
    return "ok"


async def outcome(http: aiohttp.ClientSession, route: str, shown: str, *, by_cookie: bool) -> str:
    method, template = route.split(" ")
    path = re.sub(r"\{(\w+)\}", lambda match: VALUES[match[1]], template)
    headers = {}
    if shown:
        headers = (
            {"Cookie": f"{COOKIE}={shown}"} if by_cookie else {"Authorization": f"Bearer {shown}"}
        )
    body: dict[str, Any] | None = {} if method in {"POST", "PATCH"} else None
    async with (
        deadline(),
        http.request(method, path, headers=headers, allow_redirects=False, json=body) as answer,
    ):
        error = ""
        if answer.status >= 400 and answer.content_type == "application/json":
            error = (await answer.json())["error"]
        assert answer.status < 500, (route, error)
        if answer.status in {401, 403}:
            return str(answer.status)
        return "404" if error == "unknown_event" else "ok"


async def wrong_outcomes(server: Server, role: str, *, by_cookie: bool) -> list[str]:
    found = []
    holders = await make_holders(server)
    situations = [one for one in SITUATIONS if one not in SAME_FOR_ALL or role == AccessRole.ADMIN]
    async with aiohttp.ClientSession(server.url, cookie_jar=aiohttp.DummyCookieJar()) as http:
        for route in sorted(ROUTE_ACTIONS):
            if by_cookie and not route.partition(" ")[2].startswith(("/api/", "/metrics")):
                continue
            for situation in situations:
                wanted = expected(route, role, situation)
                got = await outcome(http, route, holders.of(role, situation), by_cookie=by_cookie)
                if got != wanted:
                    found.append(f"{route} as {role}, {situation}: {got}, not {wanted}")
    return found


@pytest.mark.parametrize("role", sorted([*AccessRole, STAGE_KEY]))
async def test_each_role_may_what_the_table_says(tmp_path: Path, role: str) -> None:
    await store_expired(tmp_path)
    async with running_server(tmp_path, **UNLIMITED) as server:
        wrong = await wrong_outcomes(server, role, by_cookie=False)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", sorted(TOKEN_ROLES))
async def test_a_cookie_may_the_same(tmp_path: Path, role: str) -> None:
    await store_expired(tmp_path)
    async with running_server(tmp_path, **UNLIMITED) as server:
        wrong = await wrong_outcomes(server, role, by_cookie=True)
    assert not wrong, "\n".join(wrong)


async def test_the_table_has_a_row_for_every_route(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = await application_of_server(tmp_path, monkeypatch)
    routes = {
        f"{route.method} {route.resource.canonical.rstrip('/') or '/'}"
        for route in application.router.routes()
        if route.resource is not None and route.method not in {"HEAD", "*"}
    }
    assert routes == set(ROUTE_ACTIONS)
    assert set(MAY) == set(Action)


async def test_the_server_token_may_everything(server: Server) -> None:
    async with server.http.get("/api/session") as answer:
        body = await answer.json()
    assert body["role"] == "admin"
    assert set(body["may"]) == {
        action for action, roles in MAY.items() if AccessRole.ADMIN in roles
    }
    assert TOKEN not in str(body)
