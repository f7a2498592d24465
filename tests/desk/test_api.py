"""The desk's API against its own description, over real sockets."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import pytest
import pytest_asyncio
import yaml

import broadcaster.desk
from broadcaster.model.event import Interpreter
from tests.support.server import TOKEN, Server, application_of_server, running_server

OPENAPI = yaml.load(
    (Path(broadcaster.desk.__file__).parent / "openapi.yaml").read_text(), yaml.CSafeLoader
)
PARAMETERS = {
    "announcement": "0123abcd",
    "screen": "left",
    "event": "talk",
    "conference": "water",
    "link": "stage",
    "output": "0123456789ab",
    "part": "1",
    "role": "main",
    "captions_type": "vtt",
    "data_type": "json",
    "form": "svg",
    "report_type": "zip",
    "transcript_type": "docx",
    "channel": "es",
    "token": "x",
    "replacement": "x",
}


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running_server(tmp_path) as running:
        yield running


def check(answer: aiohttp.ClientResponse, body: Any) -> None:
    """The answer is one that openapi.yaml describes."""
    [template] = [
        template
        for template in OPENAPI["paths"]
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), answer.url.path)
    ]
    operation = OPENAPI["paths"][template][answer.method.lower()]
    described = operation["responses"][str(answer.status)]
    if "$ref" in described:
        described = OPENAPI["components"]["responses"][described["$ref"].rpartition("/")[2]]
    schema = described["content"].get("application/json", {}).get("schema")
    if schema is not None:
        jsonschema.validate(body, {**schema, "components": OPENAPI["components"]})


def described() -> set[tuple[str, str]]:
    """Methods and paths of `openapi.yaml`."""
    methods = {"get", "post", "put", "patch", "delete", "options"}
    return {
        (method, path)
        for path, operations in OPENAPI["paths"].items()
        for method in operations.keys() & methods
    }


async def call(
    server: Server, method: str, path: str, status: int, **options: Any
) -> tuple[Any, aiohttp.ClientResponse]:
    async with server.http.request(method, path, **options) as answer:
        body = await answer.json()
        assert answer.status == status, body
        check(answer, body)
        return body, answer


def test_openapi_names_every_interpreter() -> None:
    assert OPENAPI["components"]["schemas"]["Interpreter"]["enum"] == list(Interpreter)


async def test_openapi_describes_every_route_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = await application_of_server(tmp_path, monkeypatch)
    routes = {
        (route.method.lower(), path)
        for route in application.router.routes()
        if route.resource is not None
        and (path := re.sub(r":[^}]+", "", route.resource.canonical)) == path.rstrip("/")
        and route.method not in {"HEAD", "*"}
    }
    assert routes == described()


def test_openapi_knows_every_interpreter() -> None:
    schemas = OPENAPI["components"]["schemas"]
    assert schemas["Interpreter"]["enum"] == [one.value for one in Interpreter]
    engines = {one.value for one in Interpreter if one is not Interpreter.AUTO}
    reported = schemas["ChannelStatus"]["properties"]["interpreter"]["enum"]
    assert set(reported) == {"", "transcribe"} | engines


async def test_an_event_from_draft_to_closed(server: Server) -> None:
    new = {"title": "Agua para todos", "languages": ["es", "PT-br", "es"], "state": "draft"}
    new |= {"id": "agua-para-todos"}
    event, answer = await call(server, "POST", "/api/events", 201, json=new)
    assert answer.headers["Location"] == "/api/events/agua-para-todos"
    assert [language["tag"] for language in event["languages"]] == ["es", "pt-BR"]
    assert event["links"]["attendee"] == f"{server.url}/e/agua-para-todos"
    assert event["links"]["stage"].endswith(f"#key={event['stage_key']}")
    path = "/api/events/agua-para-todos"
    for state in ("open", "live", "paused", "live", "closed"):
        changed, _ = await call(server, "PATCH", path, 200, json={"state": state})
        assert changed["state"] == state
    refused, _ = await call(server, "PATCH", path, 409, json={"state": "live"})
    assert refused["error"] == "wrong_state"
    listed, _ = await call(server, "GET", "/api/events", 200)
    assert [event["id"] for event in listed] == ["agua-para-todos"]


async def test_two_events_of_one_title_get_two_ids(server: Server) -> None:
    new = {"title": "Keynote", "languages": ["es"]}
    first, _ = await call(server, "POST", "/api/events", 201, json=new)
    second, _ = await call(server, "POST", "/api/events", 201, json=new)
    assert first["id"] != second["id"]
    assert all(re.fullmatch(r"keynote-[0-9a-z]{6}", one["id"]) for one in (first, second))


async def test_a_title_without_latin_letters_gets_an_id(server: Server) -> None:
    new = {"title": "みんなの水", "languages": ["ja"]}
    event, _ = await call(server, "POST", "/api/events", 201, json=new)
    assert re.fullmatch(r"event-[0-9a-z]{6}", event["id"])


@pytest.mark.parametrize(
    ("new", "status", "error"),
    [
        ({"title": "A", "languages": ["klingon"]}, 422, "unknown_language"),
        ({"title": "A", "languages": []}, 422, "bad_request"),
        ({"title": " ", "languages": ["es"]}, 422, "bad_request"),
        ({"title": "A" * 121, "languages": ["es"]}, 422, "bad_request"),
        ({"title": "A", "languages": ["es"], "id": "Bad Id"}, 422, "bad_event_id"),
        ({"title": "A", "languages": ["es"], "state": "live"}, 422, "wrong_state"),
        ({"title": "A", "languages": ["es"], "secret": 1}, 422, "bad_request"),
        ({"title": "A", "languages": ["es"] * 61}, 422, "bad_request"),
        ("nonsense", 422, "bad_request"),
        ({"title": "A", "languages": [{"tag": "es", "interpreter": "magic"}]}, 422, "bad_request"),
        ({"title": "A", "languages": [{"always": True}]}, 422, "bad_request"),
        (
            {"title": "A", "languages": ["es"], "source_language": "klingon"},
            422,
            "unknown_language",
        ),
        ({"title": "A", "languages": ["es"], "spend_cap_usd": 0}, 422, "bad_request"),
        ({"title": "A", "languages": ["es"], "glossary": [{"text": ""}]}, 422, "bad_request"),
        (
            {"title": "A", "languages": ["es"], "glossary": [{"text": "a"}] * 201},
            422,
            "bad_request",
        ),
        ({"title": "A", "languages": ["es"], "do_not_translate": ["a" * 81]}, 422, "bad_request"),
        (
            {
                "title": "A",
                "languages": ["es"],
                "glossary": [{"text": "a", "translations": {"klingon": "b"}}],
            },
            422,
            "unknown_language",
        ),
        ({"title": "A" * 70_000, "languages": ["es"]}, 413, "body_too_large"),
    ],
)
async def test_bad_events_are_refused(server: Server, new: Any, status: int, error: str) -> None:
    body, _ = await call(server, "POST", "/api/events", status, json=new)
    assert body["error"] == error
    assert body["message"]
    assert body["hint"]


OPTIONS: dict[str, Any] = {
    "source_language": "en",
    "source_captions": False,
    "glossary": [{"text": "sluice", "translations": {"es": "esclusa", "pt-BR": "comporta"}}],
    "do_not_translate": ["AquaNet"],
    "spend_cap_usd": 20.0,
    "stereo_input": "left",
    "downloads": True,
    "floor_delay_ms": 250,
    "failover": {"providers": ["local", "openai"], "standby": "cold", "behind_s": 20},
}


async def test_how_an_event_is_interpreted(server: Server) -> None:
    languages = ["es", {"tag": "PT-br", "interpreter": "converse", "always": True}]
    given = {**OPTIONS, "source_language": "EN", "do_not_translate": ["AquaNet", " AquaNet "]}
    new = {"title": "A talk", "id": "talk", "languages": languages, **given}
    event, _ = await call(server, "POST", "/api/events", 201, json=new)
    chosen = [(one["tag"], one["interpreter"], one["always"]) for one in event["languages"]]
    assert chosen == [("es", "auto", False), ("pt-BR", "converse", True)]
    assert OPTIONS.items() <= event.items()
    read, _ = await call(server, "GET", "/api/events/talk", 200)
    assert read == event


CONVERSE_PT = {"tag": "pt-PT", "interpreter": "converse"}


@pytest.mark.parametrize(
    ("languages", "alike"),
    [
        (["pt-BR", "pt-PT"], [["pt-BR", "pt-PT"]]),
        (["zh-Hans", "zh-hant", "es"], [["zh-Hans", "zh-Hant"]]),
        (["pt", "pt-BR", "pt-PT", "zh", "zh-Hant"], [["pt", "pt-BR", "pt-PT"], ["zh", "zh-Hant"]]),
        (["pt-BR", CONVERSE_PT], []),
        ([{"tag": "sr-Latn", "interpreter": "translate"}, "sr-Cyrl"], []),
        (["sr-Latn", "sr-Cyrl"], []),
        (["es", "fr"], []),
    ],
)
async def test_channels_that_get_the_same_interpretation_are_named(
    server: Server, languages: list[object], alike: list[list[str]]
) -> None:
    new = {"title": "A talk", "id": "talk", "languages": languages}
    event, _ = await call(server, "POST", "/api/events", 201, json=new)
    assert [one["languages"] for one in event["warnings"]] == alike
    assert {one["id"] for one in event["warnings"]} <= {"same_interpretation"}
    assert all(one["message"].endswith(".") and one["hint"] for one in event["warnings"])
    read, _ = await call(server, "GET", "/api/events/talk", 200)
    assert read["warnings"] == event["warnings"]


async def test_a_warning_ends_with_its_cause(server: Server) -> None:
    await server.create("pt-BR", "pt-PT", state="open")
    changed = {"languages": ["pt-BR", CONVERSE_PT]}
    event, _ = await call(server, "PATCH", "/api/events/talk", 200, json=changed)
    assert event["warnings"] == []


async def test_without_options_an_event_has_their_defaults(server: Server) -> None:
    event = await server.create("es", state="open")
    defaults: dict[str, Any] = {
        "source_language": None,
        "source_captions": True,
        "glossary": [],
        "do_not_translate": [],
        "spend_cap_usd": None,
        "stereo_input": "auto",
        "downloads": False,
        "floor_delay_ms": 0,
        "failover": {"providers": [], "standby": "cold", "behind_s": 12},
    }
    assert defaults.items() <= event.items()


async def test_options_change_while_live_and_only_those_that_are_sent(server: Server) -> None:
    await server.create("es", **OPTIONS)
    path = "/api/events/talk"
    body, _ = await call(server, "PATCH", path, 200, json={"spend_cap_usd": 30})
    assert {**OPTIONS, "spend_cap_usd": 30}.items() <= body.items()
    change: dict[str, Any] = {"spend_cap_usd": None, "source_language": None, "glossary": []}
    change["failover"] = {"providers": [], "standby": "warm", "behind_s": 12}
    body, _ = await call(server, "PATCH", path, 200, json=change)
    assert {**OPTIONS, **change}.items() <= body.items()
    body, _ = await call(server, "PATCH", path, 200, json={"stereo_input": "both"})
    assert {**OPTIONS, **change, "stereo_input": "both"}.items() <= body.items()
    for wrong in (
        {"spend_cap_usd": -1},
        {"stereo_input": "middle"},
        {"stereo_input": None},
        {"downloads": None},
        {"floor_delay_ms": 10_001},
        {"failover": {"behind_s": 4}},
        {"failover": {"standby": "hot"}},
        {"failover": {"providers": ["No, thanks"]}},
    ):
        body, _ = await call(server, "PATCH", path, 422, json=wrong)
        assert body["error"] == "bad_request"


async def test_a_live_event_gets_and_loses_languages(server: Server) -> None:
    await server.create("es")
    path = "/api/events/talk"
    more = [{"tag": "es", "always": True}, "fr"]
    body, _ = await call(server, "PATCH", path, 200, json={"languages": more})
    assert [(one["tag"], one["always"]) for one in body["languages"]] == [
        ("es", True),
        ("fr", False),
    ]
    body, _ = await call(server, "PATCH", path, 200, json={"languages": ["fr"]})
    assert [one["tag"] for one in body["languages"]] == ["fr"]


async def test_an_id_is_taken_once(server: Server) -> None:
    new = {"title": "A", "languages": ["es"], "id": "one"}
    await call(server, "POST", "/api/events", 201, json=new)
    body, _ = await call(server, "POST", "/api/events", 409, json=new)
    assert body["error"] == "event_exists"


async def test_a_body_must_say_that_it_is_json(server: Server) -> None:
    body, _ = await call(server, "POST", "/api/events", 415, data=b"{}")
    assert body["error"] == "wrong_content_type"


async def test_unknown_events(server: Server) -> None:
    for path in ("/api/events/nope", "/api/events/nope/status", "/api/events/nope/qr/stage.svg"):
        body, _ = await call(server, "GET", path, 404)
        assert body["error"] == "unknown_event"


async def test_if_match_guards_a_change(server: Server) -> None:
    await server.create(state="open")
    _, read = await call(server, "GET", "/api/events/talk", 200)
    guard = {"If-Match": read.headers["ETag"]}
    change = {"json": {"title": "B"}, "headers": guard}
    await call(server, "PATCH", "/api/events/talk", 200, **change)
    body, _ = await call(server, "PATCH", "/api/events/talk", 412, **change)
    assert body["error"] == "version_conflict"


async def test_nothing_without_the_token(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, wrong_keys_per_address=1_000_000) as server,
        aiohttp.ClientSession(server.url) as stranger,
    ):
        for template, operations in OPENAPI["paths"].items():
            if not template.startswith("/api/"):
                continue
            path = template.format_map(PARAMETERS)
            for method in set(operations) & {"get", "post", "patch", "delete"}:
                if operations[method].get("security") == []:
                    continue
                for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer"}):
                    async with stranger.request(method, path, headers=headers) as answer:
                        assert answer.status == 401, path
                        assert (await answer.json())["error"] == "wrong_admin_token"


async def test_the_desk_link_becomes_a_cookie(server: Server) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(server.url, cookie_jar=jar) as browser:
        async with browser.get("/desk", params={"token": "wrong"}) as answer:
            assert answer.status == 401
        async with browser.get("/desk", params={"token": TOKEN}, allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/desk"
            assert answer.headers["Cache-Control"] == "no-store"
            assert TOKEN not in answer.headers["Set-Cookie"]
            assert "HttpOnly" in answer.headers["Set-Cookie"]
        async with browser.get("/api/events") as answer:
            assert answer.status == 200


async def test_status_of_an_event_nobody_runs_yet(server: Server) -> None:
    await server.create("es", "fr", state="open")
    status, _ = await call(server, "GET", "/api/events/talk/status", 200)
    assert status["floor"] is None
    assert [channel["channel"] for channel in status["channels"]] == ["floor", "es", "fr"]
    assert (status["cost_usd"], status["spend_cap_usd"], status["held"]) == (0, None, False)


async def test_qr_code_and_languages(server: Server) -> None:
    await server.create(state="open")
    async with server.http.get("/api/events/talk/qr/attendee.svg") as answer:
        assert answer.content_type == "image/svg+xml"
        assert b"http://www.w3.org/2000/svg" in await answer.read()
    languages, _ = await call(server, "GET", "/api/languages", 200)
    spanish = {"tag": "es", "name": "Español", "english_name": "Spanish", "expected": None}
    assert spanish in languages
    facts, _ = await call(server, "GET", "/api/interpreter", 200)
    assert set(facts) == {"name", "phrases", "continuous_glossary", "continuous_voice"}


async def test_events_survive_a_restart(tmp_path: Path) -> None:
    async with running_server(tmp_path) as before:
        created = await before.create("es", "fr", state="live")
    async with running_server(tmp_path) as after:
        kept, _ = await call(after, "GET", "/api/events/talk", 200)
    assert kept["stage_key"] == created["stage_key"]
    assert kept["state"] == "live"


async def test_languages_are_taken_by_name(server: Server) -> None:
    new = {
        "title": "A talk",
        "id": "a-talk",
        "languages": ["Arabic", {"tag": "Nederlands", "always": True}, "Portugese", "dutch"],
        "source_language": "English",
        "glossary": [{"text": "sluice", "translations": {"Arabic": "هويس"}}],
    }
    event, _ = await call(server, "POST", "/api/events", 201, json=new)
    assert [language["tag"] for language in event["languages"]] == ["ar", "nl", "pt"]
    assert event["source_language"] == "en"
    assert event["glossary"][0]["translations"] == {"ar": "هويس"}
    refused, _ = await call(
        server, "PATCH", "/api/events/a-talk", 422, json={"languages": ["Gaelic"]}
    )
    assert refused["hint"] == "Did you mean Irish or Scottish Gaelic?"
