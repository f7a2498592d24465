"""The answer to a client that asks for something it cannot have."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest
from aiohttp import web
from pytest_aiohttp import AiohttpClient

from broadcaster import errors
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.edge.whep.join_rate import LONGEST_WAIT_S
from broadcaster.errors import BusUnavailable, DomainError, TooManyJoining, TooManyPeers
from broadcaster.web.application import create_application
from broadcaster.web.errors import STATUS, refusal
from tests.structure import ROOT
from tests.support.server import running_server

SDP = {"Content-Type": "application/sdp"}
TEXT = {"Content-Type": "text/plain"}
JSON = {"Accept": "application/json"}
EVENT = {"title": "A talk", "languages": ["es"]}
NOON = "2026-11-27T12:00:00Z"


class Case(NamedTuple):
    """A request, and the answer it gets."""

    method: str
    path: str
    status: int
    error: str
    body: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012 - never written to
    answer_headers: dict[str, str] = {}  # noqa: RUF012 - never written to


CORS = {"Access-Control-Allow-Origin": "*"}
BEARER = {"WWW-Authenticate": "Bearer"}
CASES = [
    Case("POST", "/api/events", 422, "unknown_language", {**EVENT, "languages": ["klingon"]}),
    Case("POST", "/api/events", 422, "bad_request", {**EVENT, "languages": []}),
    Case("POST", "/api/events", 422, "bad_event_id", {**EVENT, "id": "Bad Id"}),
    Case("POST", "/api/events", 422, "wrong_state", {**EVENT, "state": "live"}),
    Case("POST", "/api/events", 409, "event_exists", {**EVENT, "id": "talk"}),
    Case("POST", "/api/events", 413, "body_too_large", {**EVENT, "title": "A" * 70_000}),
    Case("POST", "/api/events", 415, "wrong_content_type", "{}", TEXT),
    Case("PUT", "/api/events", 405, "wrong_method", answer_headers={"Allow": "GET, HEAD, POST"}),
    Case("GET", "/api/events/none", 404, "unknown_event"),
    Case("PATCH", "/api/events/talk", 409, "wrong_state", {"state": "draft"}),
    Case("POST", "/api/events/talk/reopen", 409, "wrong_state"),
    Case("DELETE", "/api/events/talk", 409, "wrong_state"),
    Case("PATCH", "/api/events/talk", 422, "bad_schedule", {"starts_at": NOON, "ends_at": NOON}),
    Case("PATCH", "/api/events/talk", 412, "version_conflict", {}, {"If-Match": '"99"'}),
    Case(
        *("POST", "/api/events/talk/comparison", 422, "bad_comparison"),
        {"channel": "es", "services": ["openai", "openai"]},
    ),
    Case("GET", "/desk?token=wrong", 401, "wrong_admin_token", None, JSON, BEARER),
    Case("GET", "/nothing", 404, "not_found"),
    Case("GET", "/nothing", 417, "unknown_expectation", None, {"Expect": "tea"}),
    Case("POST", "/api/events", 417, "unknown_expectation", EVENT, {"Expect": "x" * 400}),
    Case("POST", "/whep/talk/es", 417, "unknown_expectation", "v=0", {**SDP, "Expect": "1"}),
    Case("GET", "/api/events/talk", 400, "bad_host", None, {"Host": "a b"}),
    Case("GET", "/e/talk/search/es", 400, "wrong_query"),
    Case("GET", "/e/talk/transcript/es.txt", 403, "downloads_off"),
    Case("GET", "/api/events/talk/transcript/es.txt?clock=x", 400, "wrong_clock"),
    Case("GET", "/e/none/audio/es", 404, "unknown_event"),
    Case("GET", "/e/talk/audio/xx", 404, "unknown_channel"),
    Case("GET", "/listen/over/es.mp3", 409, "event_closed"),
    Case("GET", "/e/talk/audio/es", 426, "websocket_expected", None, {}, {"Upgrade": "websocket"}),
    Case("GET", "/listen/talk/es.wav", 404, "unknown_format"),
    Case("GET", "/e/talk/captions/es?wait=5", 400, "wrong_wait"),
    Case("GET", "/e/talk/captions/es?newest=0", 400, "wrong_limit"),
    Case("GET", "/e/talk/captions/es/history?before=x", 400, "wrong_id"),
    Case("GET", "/whip/talk", 405, "method_not_allowed", None, {}, {"Allow": "OPTIONS, POST"}),
    Case("POST", "/whip/none", 404, "unknown_event", "v=0", SDP, CORS),
    Case("POST", "/whip/talk", 401, "wrong_stage_key", "v=0", SDP, {**CORS, **BEARER}),
    Case("POST", "/whep/over/es", 409, "event_closed", "v=0", SDP, CORS),
    Case("POST", "/whep/talk/xx", 404, "unknown_channel", "v=0", SDP, CORS),
    Case("POST", "/whep/talk/es", 400, "malformed_sdp", "x", SDP, CORS),
    Case("POST", "/whep/talk/es", 422, "no_opus_audio", "v=0\r\ns=-\r\n", SDP, CORS),
    Case("POST", "/whep/talk/es", 406, "not_acceptable", "v=0", {**SDP, "Accept": "text/html"}),
    Case(
        *("POST", "/whep/talk/es", 415, "wrong_content_type", "v=0", TEXT),
        {**CORS, "Accept-Post": "application/sdp"},
    ),
    Case("POST", "/whep/talk/session/x", 404, "unknown_session", {"channel": "es"}, {}, CORS),
]
TESTED_ELSEWHERE = {  # they need a publisher, a conference, another role, a crowd or a fault
    "already_requested": "consoles/test_turns.py",
    "bad_input_address": "desk/inputs/test_pulled.py",
    "bad_output_address": "desk/outputs/test_outputs.py",
    "bad_programme": "desk/programme/test_import.py",
    "bad_range": "desk/recordings/test_recordings.py",
    "bad_relay": "model/relay/test_relays.py",
    "body_too_slow": "floor/test_whip.py",
    "caption_changed": "desk/review/test_revisions.py",
    "caption_unfinished": "desk/review/test_revisions.py",
    "conference_exists": "desk/conferences/test_conference_api.py",
    "conference_has_events": "desk/conferences/test_conference_api.py",
    "dtls_client_needed": "edge/whep/test_sessions.py",
    "floor_taken": "floor/test_whip.py",
    "foreign_page": "access/test_tokens.py",
    "ice_restart_unsupported": "floor/test_whip.py",
    "import_running": "desk/programme/test_import.py",
    "malformed_body": "edge/whep/test_sessions.py",
    "negotiation_timeout": "webrtc/test_ingest.py",
    "no_original_captions": "edge/transcript/test_routes.py",
    "no_summary": "desk/summary/test_summaries.py",
    "nobody_on_air": "consoles/test_turns.py",
    "not_allowed": "access/test_tokens.py",
    "not_on_air": "consoles/test_turns.py",
    "not_your_channel": "desk/review/test_revisions.py",
    "nothing_heard": "floor/test_stage_sound.py",
    "other_channel": "consoles/test_console_routes.py",
    "output_silent": "desk/outputs/test_outputs.py",
    "recordings_unreachable": "desk/recordings/test_recordings.py",
    "replaced": "consoles/sound/test_two_devices.py",
    "session_changed": "floor/test_whip.py",
    "session_closed": "webrtc/test_ingest.py",
    "sign_in_expired": "access/test_oidc_sign_in.py",
    "sign_in_off": "access/test_oidc_sign_in.py",
    "summary_off": "desk/summary/test_summaries.py",
    "too_many_downloads": "desk/recordings/test_joined.py",
    "too_many_announcements": "desk/announcements/test_announcements.py",
    "too_many_changes": "access/test_tokens.py",
    "too_many_listeners": "webrtc/egress/test_port.py",
    "too_many_outputs": "desk/outputs/test_outputs.py",
    "too_many_publishers": "floor/test_whip.py",
    "too_many_receivers": "edge/caption_socket/test_caption_socket.py",
    "too_many_replacements": "desk/review/test_replacements.py",
    "too_many_screens": "edge/screens/test_screens.py",
    "too_many_sign_ins": "access/test_oidc_sign_in.py",
    "too_many_tokens": "access/test_tokens.py",
    "too_many_waiting": "edge/whep/test_forwarding.py",
    "translation_failed": "desk/announcements/test_translation.py",
    "trial_running": "desk/check/test_trials.py",
    "turn_changed": "consoles/test_turns.py",
    "unknown_announcement": "desk/announcements/test_announcements.py",
    "unknown_caption": "desk/review/test_revisions.py",
    "unknown_conference": "desk/conferences/test_conference_api.py",
    "unknown_input": "desk/inputs/test_pulled.py",
    "unknown_output": "desk/outputs/test_outputs.py",
    "unknown_partner": "consoles/test_turns.py",
    "unknown_person": "access/test_proxy_sign_in.py",
    "unknown_recording": "desk/recordings/test_recordings.py",
    "unknown_token": "access/test_tokens.py",
    "wrong_backlog": "edge/http/test_stream.py",
    "wrong_interpreter_link": "consoles/test_console_routes.py",
    "wrong_passcode": "edge/test_join.py",
    "wrong_screen": "edge/screens/test_screens.py",
    "wrong_version": "desk/announcements/test_announcements.py",
}


def kinds(of: type[DomainError] = DomainError) -> set[type[DomainError]]:
    """Every kind of domain error that the code has, wherever it is written."""
    own = {kind for kind in of.__subclasses__() if kind.__module__.startswith("broadcaster.")}
    return own.union(*(kinds(kind) for kind in own))


def classes() -> set[type]:
    found = {value for value in vars(errors).values() if isinstance(value, type)}
    return {one for one in found if one.__module__.startswith(errors.__name__ + ".")}


def error_ids() -> Iterator[str]:
    """Every id that the code gives to a refusal or a domain error."""
    names = {"Refused", "super().__init__", *(kind.__name__ for kind in kinds())}
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and re.fullmatch(
                        r"[a-z]+(_[a-z]+)+", str(argument.value)
                    ):
                        yield str(argument.value)


async def test_every_refusal_says_what_to_do(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        await server.create("es")
        await server.create("es", id="over", state="closed")
        for case in CASES:
            given: dict[str, Any] = {"headers": case.headers}
            given["data" if isinstance(case.body, str) else "json"] = case.body
            async with server.http.request(case.method, case.path, **given) as answer:
                body = await answer.json()
                told = (answer.status, body["error"])
                assert told == (case.status, case.error), (case, body)
                assert body.keys() == {"error", "message", "hint"}
                assert all(body.values())
                assert case.answer_headers.items() <= dict(answer.headers).items(), case


async def test_a_refusal_is_counted_under_its_id(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, aiohttp.ClientSession(server.url) as http:
        for _ in range(2):
            async with server.http.get("/api/events/none") as answer:
                assert answer.status == 404
        async with http.get("/metrics") as answer:
            text = await answer.text()
    assert 'broadcaster_refused_requests_total{error="unknown_event"} 2.0' in text


async def test_sound_that_is_not_ready_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadcaster.edge.http.routes.READY_TIMEOUT_S", 0)
    async with running_server(tmp_path) as server:
        await server.create("es")
        async with server.http.get("/listen/talk/es.mp3") as answer:
            assert (answer.status, (await answer.json())["error"]) == (503, "sound_not_ready")
            assert answer.headers["Retry-After"] == "3"


async def test_errors_that_no_handler_explained(aiohttp_client: AiohttpClient) -> None:
    async def unreachable(_request: web.Request) -> web.Response:
        raise BusUnavailable("Redis does not answer", hint="Start it.")

    async def broken(_request: web.Request) -> web.Response:
        raise RuntimeError("secret detail")

    routes = [web.get("/unreachable", unreachable), web.get("/broken", broken)]
    async with EmbeddedBus(None) as bus:
        client = await aiohttp_client(create_application(bus, routes))
        answer = await client.get("/unreachable")
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "3"
        assert await answer.json() == {
            "error": "bus_unavailable",
            "message": "Redis does not answer",
            "hint": "Start it.",
        }
        answer = await client.get("/broken")
        assert answer.status == 500
        assert (await answer.json())["error"] == "internal"
        assert "secret" not in await answer.text()


@pytest.mark.parametrize(
    ("error", "seconds"), [(TooManyPeers(), 60), (TooManyJoining(), LONGEST_WAIT_S)]
)
def test_a_full_server_says_when_to_come_back(error: DomainError, seconds: float) -> None:
    refused = refusal(error)
    assert (refused.status, refused.headers) == (503, {"Retry-After": str(round(seconds))})


def test_every_domain_error_has_a_status() -> None:
    assert STATUS.keys() == kinds()
    assert list(STATUS.values()) == sorted(STATUS.values())


def test_every_error_id_is_tested() -> None:
    asked = {case.error for case in CASES}
    here = {"bus_unavailable", "sound_not_ready", "too_many_joining"}
    missing = set(error_ids()) - asked - here - TESTED_ELSEWHERE.keys()
    assert not missing
    assert not asked & TESTED_ELSEWHERE.keys()
    for error, path in TESTED_ELSEWHERE.items():
        assert error in (ROOT.parent / "tests" / path).read_text(), path


def test_the_tree_at_the_top_of_errors_is_the_tree_of_the_classes() -> None:
    named = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    assert named | {"BroadcasterError"} == {one.__name__ for one in classes()}
