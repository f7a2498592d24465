"""A proxy in front says who is signed in; nobody else can."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from broadcaster.access.role_rules import RoleRules
from broadcaster.access.roles import AccessRole
from tests.access.holders import ask
from tests.support.server import running_server

HEADER, GROUPS = "X-Forwarded-Email", "X-Forwarded-Groups"
RULES = "ana@talks.example=admin, @talks.example=organizer, group:av=technician, rui=reviewer"
PROXIED: dict[str, Any] = {
    "sign_in_header": HEADER,
    "sign_in_groups_header": GROUPS,
    "sign_in_roles": RULES,
}


def signed_in(url: str, person: str, **more: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(url, headers={HEADER: person, **more})


@pytest.mark.parametrize(
    ("person", "groups", "role"),
    [
        ("Ana@Talks.example", (), AccessRole.ADMIN),
        ("ben@talks.example", (), AccessRole.ORGANIZER),
        ("ben@talks.example.evil", (), None),
        ("ben@sub.talks.example", (), None),
        ("@talks.example", (), None),
        ("eve@elsewhere.example", ("other", "AV"), AccessRole.TECHNICIAN),
        ("group:av", (), None),
        ("rui", (), AccessRole.REVIEWER),
        ("eve", ("rui", ""), None),
        ("rui", ("av",), AccessRole.TECHNICIAN),
    ],
)
def test_the_strongest_rule_decides(
    person: str, groups: tuple[str, ...], role: AccessRole | None
) -> None:
    identity = RoleRules.parse(RULES).identity(person, groups)
    assert (identity.role if identity is not None else None) == role


async def test_a_trusted_proxy_signs_people_in(tmp_path: Path) -> None:
    async with running_server(tmp_path, sign_in_proxies="127.0.0.1", **PROXIED) as server:
        await server.create("es", passcode="Water-24")
        async with signed_in(server.url, "ben@talks.example") as ben:
            session = await ask(ben, "GET", "/api/session", 200)
            assert (session["role"], session["name"]) == ("organizer", "ben@talks.example")
            new = {"id": "own", "title": "Own", "languages": ["es"], "passcode": "Water-25"}
            await ask(ben, "POST", "/api/events", 201, json=new)
            assert [one["id"] for one in await ask(ben, "GET", "/api/events", 200)] == ["own"]
            await ask(ben, "GET", "/api/events/talk", 404)
            await ask(ben, "GET", "/e/own/poll/es", 200)
            await ask(ben, "GET", "/e/talk/poll/es", 401)
            foreign = {"Sec-Fetch-Site": "cross-site"}
            await ask(ben, "POST", "/api/events", 403, json=new, headers=foreign)
            log = await ask(ben, "GET", "/api/events/own/log", 200)
            assert log["entries"][0]["actor"] == "ben@talks.example"
        async with signed_in(server.url, "eve", **{GROUPS: "other, av"}) as eve:
            assert (await ask(eve, "GET", "/api/session", 200))["role"] == "technician"
            await ask(eve, "DELETE", "/api/events/talk", 403)
        for stranger in ("mallory@elsewhere.example", "system", "organizer"):
            async with signed_in(server.url, stranger) as http:
                refused = await ask(http, "GET", "/api/session", 403)
                assert refused["error"] == "unknown_person"
                assert "SIGN_IN_ROLES" in refused["hint"]
                passcode = {"Authorization": "Bearer Water-24"}
                await ask(http, "GET", "/e/talk/poll/es", 200, headers=passcode)


async def test_the_header_of_anybody_else_is_ignored_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_server(tmp_path, sign_in_proxies="192.0.2.1", **PROXIED) as server:
        forged = {"X-Forwarded-For": "192.0.2.1"}
        async with signed_in(server.url, "ana@talks.example", **forged) as mallory:
            for _ in range(3):
                await ask(mallory, "GET", "/api/session", 401)
            async with mallory.get("/metrics") as answer:
                assert "sign_in_header_ignored" in await answer.text()
    [warning] = [text for text in caplog.messages if HEADER in text]
    assert warning.startswith(f"127.0.0.1 sent the header {HEADER}, and is not in BROADCASTER_")
