"""People sign in to the desk by an OpenID provider, and nobody else does."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from joserfc import jws, jwt
from joserfc.jwk import ECKey, Key, OctKey
from yarl import URL

from broadcaster.commands.check import Verdict, _sign_in
from broadcaster.config import Settings
from broadcaster.desk.access import browser_sessions, tokens
from broadcaster.oidc import provider
from broadcaster.oidc.attempt import ATTEMPT_S, SignInAttempt
from broadcaster.stage_keys import StageKeyring
from broadcaster.web.access.credentials import COOKIE
from tests.access.holders import ask, holder
from tests.access.oidc_settings import settings_of
from tests.support.deadline import deadline
from tests.support.oidc_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    KEYS,
    TestProvider,
    by,
    running_provider,
)
from tests.support.ports import free_port
from tests.support.server import Server, running_server


@dataclass(frozen=True, slots=True)
class Deployment:
    """A server, its provider, and its settings."""

    server: Server
    provider: TestProvider
    settings: dict[str, Any]


@pytest_asyncio.fixture
async def deployed(tmp_path: Path) -> AsyncIterator[Deployment]:
    async with running_provider() as theirs:
        given = settings_of(theirs, free_port())
        checked = Settings.model_validate(given)
        given["oidc_client_secret"] = checked.oidc_client_secret
        async with running_server(tmp_path, **given) as server:
            yield Deployment(server, theirs, given)


@pytest_asyncio.fixture
async def browser(deployed: Deployment) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(deployed.server.url, cookie_jar=jar) as http:
        yield http


async def go(http: aiohttp.ClientSession, address: str) -> str:
    """The address to which an answer leads."""
    headers = {"Accept": "text/html"}
    async with (
        deadline(),
        http.get(address, headers=headers, allow_redirects=False) as answer,
    ):
        assert answer.status in {302, 303}, await answer.text()
        return answer.headers["Location"]


async def come_back(http: aiohttp.ClientSession, page: str = "/desk") -> str:
    """The address by which the provider sends the browser back."""
    to = await go(http, str(URL("/desk/oidc/start").with_query(next=page)))
    return await go(http, to)


async def refusal(http: aiohttp.ClientSession, callback: str, status: int) -> dict[str, str]:
    body: dict[str, str] = await ask(http, "GET", callback, status, allow_redirects=False)
    assert body["message"]
    assert body["hint"]
    await ask(http, "GET", "/api/session", 401)
    return body


async def test_somebody_signs_in_and_out(
    deployed: Deployment, browser: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    server = deployed.server
    offer = await ask(browser, "GET", "/api/sign-in", 200)
    assert offer["provider"] == {"name": "127.0.0.1", "start": f"{server.url}/desk/oidc/start"}
    callback = await come_back(browser, "/desk/live/talk")
    async with browser.get(
        callback, headers={"Accept": "text/html"}, allow_redirects=False
    ) as answer:
        assert answer.headers["Location"] == f"{server.url}/desk/live/talk"
        cookie = answer.cookies[COOKIE]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
        assert int(cookie["max-age"]) == 12 * 3600
    session = await ask(browser, "GET", "/api/session", 200)
    assert (session["role"], session["name"]) == ("organizer", "ana@talks.example")
    new = {"id": "own", "title": "Own", "languages": ["es"]}
    await ask(browser, "POST", "/api/events", 201, json=new)
    link = {"name": "Rui", "role": "technician"}
    given = await ask(browser, "POST", "/api/events/own/tokens", 201, json=link)
    assert given["expires_at"] is None
    [listed, _] = await ask(server.http, "GET", "/api/tokens", 200)
    assert (listed["session"], listed["created_by"]) == (True, "127.0.0.1")
    assert (listed["name"], listed["made"]) == ("ana@talks.example", 1)
    entries = (await ask(server.http, "GET", "/api/log", 200))["entries"]
    assert ("signed_in", "ana@talks.example") in {(one["what"], one["actor"]) for one in entries}
    await ask(browser, "DELETE", "/api/session", 204)
    await ask(browser, "GET", "/api/session", 401)
    async with holder(server, cookie.value) as copied:
        assert (await ask(copied, "GET", "/api/session", 401))["error"] == "token_revoked"
    await browser.get(await come_back(browser), allow_redirects=False)
    assert [one["id"] for one in await ask(browser, "GET", "/api/events", 200)] == ["own"]
    code = URL(callback).query["code"]
    for secret in (code, CLIENT_SECRET, cookie.value, "eyJ"):
        assert secret not in caplog.text


@pytest.mark.parametrize("algorithm", sorted(KEYS))
async def test_these_signatures_are_taken(
    deployed: Deployment, browser: aiohttp.ClientSession, algorithm: str
) -> None:
    deployed.provider.key, deployed.provider.sign = KEYS[algorithm](), by(algorithm)
    await browser.get(await come_back(browser))
    await ask(browser, "GET", "/api/session", 200)


def unsigned(claims: dict[str, Any], key: Key) -> str:
    parts = (json.dumps(part).encode() for part in ({"alg": "none", "kid": key.kid}, claims))
    header, payload = (base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return f"{header}.{payload}."


def signed_with_the_public_key(claims: dict[str, Any], key: Key) -> str:
    assert isinstance(key, ECKey)
    pem = key.as_pem(private=False)
    public = OctKey(pem, {"kty": "oct", "k": base64.urlsafe_b64encode(pem).decode()})
    registry = jws.JWSRegistry(algorithms=["HS256"])
    return jwt.encode({"alg": "HS256", "kid": key.kid}, claims, public, ["HS256"], registry)


def signed_by_another_key(claims: dict[str, Any], key: Key) -> str:
    other = KEYS["ES256"]()
    header = {"alg": "ES256", "kid": key.kid}
    return jwt.encode(header, claims, other, ["ES256"])


@pytest.mark.parametrize("sign", [unsigned, signed_with_the_public_key, signed_by_another_key])
async def test_another_signature_is_not_taken(
    deployed: Deployment, browser: aiohttp.ClientSession, sign: Any
) -> None:
    deployed.provider.sign = sign
    refused = await refusal(browser, await come_back(browser), 400)
    assert refused["error"] == "sign_in_failed"


@dataclass(frozen=True, slots=True)
class FromNow:
    """A time in a claim, by its distance from now: the names of tests must not change."""

    seconds: int


def made_now(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims with the times that they have now."""
    now_s = int(time.time())
    return {
        name: now_s + value.seconds if isinstance(value, FromNow) else value
        for name, value in claims.items()
    }


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": [CLIENT_ID, "another client"]},
        {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
        {"azp": "another client"},
        {"iss": "https://elsewhere.example"},
        {"exp": FromNow(-120)},
        {"exp": None},
        {"exp": float("nan")},
        {"iat": FromNow(3600)},
        {"nbf": FromNow(3600)},
        {"sub": ""},
        {"sub": None},
    ],
    ids=str,
)
async def test_a_token_that_is_not_of_this_sign_in_is_not_taken(
    deployed: Deployment, browser: aiohttp.ClientSession, claims: dict[str, Any]
) -> None:
    deployed.provider.claims = made_now(claims)
    refused = await refusal(browser, await come_back(browser), 400)
    assert refused["error"] == "sign_in_failed"


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID}, "organizer"),
        ({"email_verified": False}, "reviewer"),
        ({"email_verified": "true"}, "reviewer"),
        ({"email": None, "groups": ["guests", "av"]}, "technician"),
        ({"sub": "x@evil.example", "email": None, "groups": "av"}, "technician"),
        ({"exp": FromNow(-30), "nbf": FromNow(30)}, "organizer"),
    ],
    ids=str,
)
async def test_a_verified_address_or_a_group_gives_the_role(
    deployed: Deployment, browser: aiohttp.ClientSession, claims: dict[str, Any], role: str
) -> None:
    deployed.provider.claims = made_now(claims)
    await browser.get(await come_back(browser))
    assert (await ask(browser, "GET", "/api/session", 200))["role"] == role


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "eve@elsewhere.example"},
        {"sub": "1", "email_verified": False},
        {"sub": "x@evil.example", "email": None},
        {"email": "a@b@evil.example", "sub": "1"},
        {"email": "e ve@evil.example"},
    ],
    ids=str,
)
async def test_nobody_else_may_enter(
    deployed: Deployment, browser: aiohttp.ClientSession, claims: dict[str, Any]
) -> None:
    deployed.provider.claims = claims
    refused = await refusal(browser, await come_back(browser), 403)
    assert refused["error"] == "unknown_person"
    assert "SIGN_IN_ROLES" in refused["hint"]


async def test_an_answer_counts_in_the_browser_that_asked(
    deployed: Deployment, browser: aiohttp.ClientSession
) -> None:
    callback = await come_back(browser)
    wrong_state = str(URL(callback).update_query(state="of another browser"))
    async with aiohttp.ClientSession(deployed.server.url) as other:
        refused = await refusal(other, callback, 400)
        assert refused["error"] == "sign_in_expired"
    refused = await refusal(browser, wrong_state, 400)
    assert refused["error"] == "sign_in_expired"
    refused = await refusal(browser, callback, 400)  # the attempt is over
    assert refused["error"] == "sign_in_expired"
    elsewhere = URL(await come_back(browser)).update_query(iss="https://elsewhere.example")
    assert (await refusal(browser, str(elsewhere), 400))["error"] == "sign_in_failed"
    declined = URL(await come_back(browser))
    declined = declined.with_query(state=declined.query["state"], error="access_denied")
    assert (await refusal(browser, str(declined), 403))["error"] == "sign_in_declined"
    no_code = URL(await come_back(browser))
    no_code = no_code.with_query(state=no_code.query["state"])
    assert (await refusal(browser, str(no_code), 400))["error"] == "sign_in_failed"
    assert deployed.provider.asked.count("token") == 0


async def test_a_code_and_its_state_are_good_for_once(
    deployed: Deployment, browser: aiohttp.ClientSession
) -> None:
    callback = await come_back(browser)
    kept = {cookie.key: cookie.value for cookie in browser.cookie_jar}
    await browser.get(callback, allow_redirects=False)
    await ask(browser, "GET", "/api/session", 200)
    async with aiohttp.ClientSession(deployed.server.url, cookies=kept) as thief:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}
        body = await ask(thief, "GET", callback, 400, headers=headers, allow_redirects=False)
    assert body["error"] == "sign_in_failed"


@pytest.mark.parametrize(
    "page", ["https://evil.example", "//evil.example", "/desk/..//evil.example", "/desk\\evil", ""]
)
async def test_the_way_back_is_a_page_of_the_desk(
    deployed: Deployment, browser: aiohttp.ClientSession, page: str
) -> None:
    assert await go(browser, await come_back(browser, page)) == f"{deployed.server.url}/desk"


async def test_a_browser_is_told_on_the_desk(
    deployed: Deployment, browser: aiohttp.ClientSession
) -> None:
    deployed.provider.claims = {"email": "eve@elsewhere.example"}
    assert await go(browser, await come_back(browser)) == "/desk#sign-in-error=unknown_person"
    async with browser.get("/metrics") as answer:
        assert 'unknown_person"} 1' in await answer.text()


async def test_new_keys_are_read_when_they_are_used(
    deployed: Deployment, browser: aiohttp.ClientSession
) -> None:
    theirs = deployed.provider
    await browser.get(await come_back(browser), allow_redirects=False)
    theirs.key = KEYS["ES256"]()
    await browser.get(await come_back(browser), allow_redirects=False)
    assert (theirs.asked.count("discovery"), theirs.asked.count("keys")) == (1, 2)
    await ask(browser, "DELETE", "/api/session", 204)
    theirs.key = KEYS["ES256"]()  # so soon, it is not read again
    await refusal(browser, await come_back(browser), 400)
    assert theirs.asked.count("keys") == 2


async def test_a_provider_that_fails_is_named(
    deployed: Deployment, browser: aiohttp.ClientSession
) -> None:
    callback = await come_back(browser)
    deployed.provider.status = 503
    refused = await refusal(browser, callback, 502)
    assert (refused["error"], refused["message"]) == (
        "provider_unavailable",
        "127.0.0.1 answered 503",
    )


async def test_a_provider_that_does_not_answer_is_named(
    deployed: Deployment, browser: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    callback = await come_back(browser)
    deployed.provider.answers.clear()
    monkeypatch.setattr(provider, "TIMEOUT_S", 0.01)
    refused = await refusal(browser, callback, 502)
    assert refused["error"] == "provider_unavailable"
    assert "did not answer" in refused["message"]


async def test_a_provider_that_is_not_there_is_named(tmp_path: Path) -> None:
    nobody = TestProvider(issuer=f"http://127.0.0.1:{free_port()}")
    given = settings_of(nobody, free_port()) | {"oidc_client_secret": None}
    settings = Settings.model_validate(given)
    async with (
        running_server(tmp_path, **given) as server,
        aiohttp.ClientSession(server.url) as browser,
    ):
        refused = await refusal(browser, "/desk/oidc/start", 502)
        assert refused["message"] == "127.0.0.1 cannot be reached"
        assert await go(browser, "/desk/oidc/start") == "/desk#sign-in-error=provider_unavailable"
    finding = await _sign_in(settings)
    assert finding.verdict is Verdict.BAD
    assert "BROADCASTER_OIDC_ISSUER" in finding.text


async def test_the_check_reads_the_discovery_document(deployed: Deployment) -> None:
    settings = Settings.model_validate(deployed.settings)
    finding = await _sign_in(settings)
    assert finding.verdict is Verdict.GOOD
    assert "/desk/oidc/callback" in finding.text
    deployed.provider.issuer += "/"
    finding = await _sign_in(settings)
    assert finding.verdict is Verdict.BAD
    assert f"calls itself {deployed.provider.issuer}" in finding.text


async def test_a_revoked_session_is_cut_off(
    deployed: Deployment, browser: aiohttp.ClientSession
) -> None:
    await browser.get(await come_back(browser), allow_redirects=False)
    [session] = await ask(deployed.server.http, "GET", "/api/tokens", 200)
    async with deadline(), browser.get("/api/changes") as stream:
        await stream.content.readany()
        await ask(deployed.server.http, "DELETE", f"/api/tokens/{session['id']}", 200)
        with pytest.raises(aiohttp.ClientPayloadError):
            while await stream.content.readany():
                pass
    assert (await ask(browser, "GET", "/api/session", 401))["error"] == "token_revoked"


async def test_nobody_fills_the_lists_by_signing_in(
    deployed: Deployment, browser: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_sessions, "MOST_SESSIONS", 1)
    await browser.get(await come_back(browser), allow_redirects=False)
    await ask(browser, "DELETE", "/api/session", 204)
    refused = await refusal(browser, await come_back(browser), 409)
    assert refused["error"] == "too_many_tokens"
    monkeypatch.setattr(tokens, "KEPT_SESSION_MS", -1)
    await browser.get(await come_back(browser), allow_redirects=False)
    [session] = await ask(deployed.server.http, "GET", "/api/tokens", 200)
    assert session["state"] == "active"


async def test_a_server_without_a_provider_says_so(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path) as server,
        aiohttp.ClientSession(server.url) as browser,
    ):
        assert await ask(browser, "GET", "/api/sign-in", 200) == {"provider": None}
        for path in ("/desk/oidc/start", "/desk/oidc/callback"):
            assert (await refusal(browser, path, 404))["error"] == "sign_in_off"


def test_an_attempt_ends() -> None:
    cipher = StageKeyring(["a" * 32, "b" * 32]).cipher(b"sign-in")
    attempt = SignInAttempt.begin("/desk")
    sealed = attempt.sealed(cipher, 1_000_000)
    last_ms = 1_000_000 + ATTEMPT_S * 1000
    assert SignInAttempt.opened(cipher, sealed, last_ms) == attempt
    assert SignInAttempt.opened(cipher, sealed, last_ms + 1000) is None
    other = StageKeyring(["a" * 32]).cipher(b"something else")
    assert SignInAttempt.opened(other, sealed, 1_000_000) is None
    rotated = StageKeyring(["c" * 32, "a" * 32]).cipher(b"sign-in")
    assert SignInAttempt.opened(rotated, sealed, 1_000_000) == attempt


async def test_too_many_sign_ins_are_refused(
    deployed: Deployment, browser: aiohttp.ClientSession
) -> None:
    answers = [browser.get("/desk/oidc/callback?state=x") for _ in range(121)]
    statuses = [answer.status for answer in await asyncio.gather(*answers)]
    assert max(statuses) == 429
    assert statuses.count(429) == 1
