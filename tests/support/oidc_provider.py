"""A small OpenID provider with real keys, which a test makes lie in one way at a time."""

import asyncio
import base64
import hashlib
import secrets
import time
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from joserfc import jws, jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from yarl import URL

from tests.support.on_demand import served

CLIENT_ID, CLIENT_SECRET = "desk/1", "very+secret:value"
KEYS: dict[str, Callable[[], Key]] = {
    "RS256": lambda: RSAKey.generate_key(2048, auto_kid=True),
    "PS256": lambda: RSAKey.generate_key(2048, auto_kid=True),
    "ES256": lambda: ECKey.generate_key("P-256", auto_kid=True),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519", auto_kid=True),
}

Sign = Callable[[dict[str, Any], Key], str]


def by(algorithm: str) -> Sign:
    """Signs with the provider's key."""

    def sign(claims: dict[str, Any], key: Key) -> str:
        registry = jws.JWSRegistry(algorithms=[algorithm])
        header = {"alg": algorithm, "kid": key.kid}
        with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # the name EdDSA
            return jwt.encode(header, claims, key, [algorithm], registry)

    return sign


@dataclass(slots=True)
class TestProvider:
    """One provider, and its present behaviour.

    Attributes:
        issuer: its address.
        key: its present key.
        sign: makes the ID token.
        claims: in place of the usual ones; None leaves one out.
        status: of its answers, 200 while it works.
        codes: challenge, nonce and redirect address of each code that was not used yet.
        answers: cleared while the exchange of codes does not answer.
        asked: how often each address was asked.
    """

    __test__ = False

    issuer: str = ""
    key: Key = field(default_factory=KEYS["ES256"])
    sign: Sign = field(default_factory=lambda: by("ES256"))
    claims: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    codes: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/.well-known/openid-configuration", self.discovery),
            web.get("/keys", self.keys),
            web.get("/authorize", self.authorize),
            web.post("/token", self.token),
        ]

    async def discovery(self, _request: web.Request) -> web.Response:
        self.asked.append("discovery")
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return web.json_response(document, status=self.status)

    async def keys(self, _request: web.Request) -> web.Response:
        self.asked.append("keys")
        other = {"kty": "unknown", "kid": "x"}
        listed: list[Any] = [other, *KeySet([self.key]).as_dict(private=False)["keys"]]
        return web.json_response({"keys": listed}, status=self.status)

    async def authorize(self, request: web.Request) -> web.Response:
        query = request.query
        assert query["tenant"] == "1"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        back = query["redirect_uri"]
        self.codes[code] = query["code_challenge"], query["nonce"], back
        to = URL(back).update_query(code=code, state=query["state"], iss=self.issuer)
        return web.Response(status=302, headers={"Location": str(to)})

    async def token(self, request: web.Request) -> web.Response:
        self.asked.append("token")
        await self.answers.wait()
        if self.status != 200:
            return web.json_response({"error": "server_error"}, status=self.status)
        form = await request.post()
        pair = base64.b64encode(b"desk%2F1:very%2Bsecret%3Avalue").decode()
        if request.headers.get("Authorization") != f"Basic {pair}":
            return web.json_response({"error": "invalid_client"}, status=401)
        challenge, nonce, back = self.codes.pop(str(form["code"]), ("", "", ""))
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if challenge != proof or form["redirect_uri"] != back:
            return web.json_response({"error": "invalid_grant"}, status=400)
        now_s = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "4711",
            "iat": now_s,
            "exp": now_s + 300,
            "nonce": nonce,
            "email": "ana@talks.example",
            "email_verified": True,
            **self.claims,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        return web.json_response({"id_token": self.sign(said, self.key), "access_token": "unused"})


@asynccontextmanager
async def running_provider() -> AsyncIterator[TestProvider]:
    """Serve the provider on this machine."""
    provider = TestProvider()
    provider.answers.set()
    application = web.Application()
    application.add_routes(provider.routes())
    async with served(application) as url:
        provider.issuer = url
        yield provider
