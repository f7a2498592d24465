"""The handshake: accepted clients, and the refusals of the others."""

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from tests.rehearsal.session_client import KEY
from tests.rehearsal.translation_client import URL

PATH = "/v1/realtime/translations"


@pytest.mark.parametrize(
    ("url", "headers", "status", "kind", "code"),
    [
        (URL, {}, 401, "invalid_request_error", "missing_api_key"),
        (URL, {"Authorization": "Bearer "}, 401, "invalid_request_error", "missing_api_key"),
        (URL, {"Authorization": "Basic x"}, 401, "invalid_request_error", "missing_api_key"),
        (URL, {"api-key": "sk-wrong"}, 401, "invalid_request_error", "invalid_api_key"),
        (URL, {"api-key": "sk-quota"}, 429, "insufficient_quota", "insufficient_quota"),
        (URL, {"api-key": "sk-busy"}, 429, "requests", "rate_limit_exceeded"),
        (PATH, KEY, 400, "invalid_request_error", "missing_required_parameter"),
        (f"{PATH}?model=gpt-x", KEY, 400, "invalid_request_error", "invalid_model"),
        (
            URL,
            {**KEY, "OpenAI-Beta": "realtime=v1"},
            400,
            "invalid_request_error",
            "invalid_beta",
        ),
    ],
)
async def test_a_refused_handshake_says_why(
    server: TestServer, url: str, headers: dict[str, str], status: int, kind: str, code: str
) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.get(server.make_url(url), headers=headers) as answer,
    ):
        error = (await answer.json())["error"]
        assert answer.status == status
        assert (error["type"], error["code"]) == (kind, code)
        assert error["message"].endswith(".")
        assert ("Retry-After" in answer.headers) == (code == "rate_limit_exceeded")


@pytest.mark.parametrize("headers", [KEY, {"api-key": "anything"}])
async def test_any_other_key_opens_a_session(server: TestServer, headers: dict[str, str]) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(server.make_url(URL), headers=headers) as socket,
    ):
        assert (await socket.receive_json())["type"] == "session.created"


async def test_health(server: TestServer) -> None:
    async with aiohttp.ClientSession() as http, http.get(server.make_url("/healthz")) as answer:
        assert answer.status == 200
