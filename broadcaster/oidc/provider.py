"""The OpenID provider: its discovery document, its keys, and the exchange of a code."""

import asyncio
import base64
import json
import logging
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_plus

import aiohttp
from joserfc.jwk import Key
from pydantic import BaseModel, ValidationError
from yarl import URL

from broadcaster.model.ports import Clock
from broadcaster.oidc.attempt import SignInAttempt
from broadcaster.oidc.client import (
    OidcClient,
    not_accepted,
    unavailable,
)
from broadcaster.oidc.id_token import (
    SignedInPerson,
    check_id_token,
    choose_key,
    read_header,
    read_keys,
)
from broadcaster.oidc.remembered import Remembered
from broadcaster.setting_types import is_private_on_the_way

log = logging.getLogger("broadcaster.oidc")

TIMEOUT_S = 5.0
MOST_BYTES = 512 * 1024
SCOPE = "openid email profile"
_BASIC, _POST = "client_secret_basic", "client_secret_post"
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")


class Discovery(BaseModel):
    """The discovery document, as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = [_BASIC]


class OidcProvider:
    """Asks one provider.

    Args:
        client: this server's registration there.
        http: asks it.
        clock: the time.
    """

    def __init__(self, client: OidcClient, http: aiohttp.ClientSession, clock: Clock) -> None:
        self.client = client
        self._http = http
        self._clock = clock
        self._discovery = Remembered(self._read_discovery, clock)
        self._keys = Remembered(self._read_keys, clock)

    async def close(self) -> None:
        """Close the connections to the provider."""
        await self._http.close()

    async def discover(self) -> Discovery:
        """The discovery document.

        Raises:
            SignInFailed: `provider_unavailable`.
        """
        return await self._discovery.get()

    async def authorization_url(self, attempt: SignInAttempt) -> str:
        """The address at which somebody signs in.

        Raises:
            SignInFailed: `provider_unavailable`.
        """
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return str(URL((await self.discover()).authorization_endpoint).update_query(asked))

    async def person_of(self, code: str, attempt: SignInAttempt) -> SignedInPerson:
        """Exchange a code for the one that signed in.

        Args:
            code: brought by the browser.
            attempt: that of the browser.

        Raises:
            SignInFailed: `sign_in_failed` or `provider_unavailable`.
        """
        text = await self._exchange(code, attempt)
        header = read_header(text)
        key = choose_key(await self._keys.get(), header)
        if key is None:  # perhaps the provider has new keys
            key = choose_key(await self._keys.get_newer(), header)
        if key is None:
            raise not_accepted("the provider's ID token is signed with an unknown key")
        now_s = self._clock.now_ms() // 1000
        claims = check_id_token(text, key, header, self.client, attempt.nonce, now_s)
        return SignedInPerson.of(claims, self.client.groups_claim)

    async def _exchange(self, code: str, attempt: SignInAttempt) -> str:
        """The ID token for a code.

        Raises:
            SignInFailed: `sign_in_failed` or `provider_unavailable`.
        """
        discovery = await self.discover()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        headers = {"Accept": "application/json"}
        methods = discovery.token_endpoint_auth_methods_supported
        secret = self.client.client_secret
        if secret and (_BASIC in methods or _POST not in methods):
            pair = f"{quote_plus(self.client.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = self.client.client_id
            if secret:
                form["client_secret"] = secret
        status, body = await self._ask("POST", discovery.token_endpoint, headers, form)
        if status != HTTPStatus.OK:
            given = body.get("error")
            known = isinstance(given, str) and _ERROR_CODE.fullmatch(given)
            reason = given if known else f"status {status}"
            log.warning(
                "%s refused a sign-in: %s. If it refuses all, check BROADCASTER_OIDC_CLIENT_ID, "
                "BROADCASTER_OIDC_CLIENT_SECRET and the redirect address that it has",
                self.client.provider,
                reason,
            )
            raise not_accepted(f"{self.client.provider} refused this sign-in: {reason}")
        text = body.get("id_token")
        if not isinstance(text, str):
            raise unavailable(self.client, "answered without an ID token")
        return text

    async def _read_discovery(self) -> Discovery:
        address = f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration"
        document = await self._read(address)
        try:
            discovery = Discovery.model_validate(document)
        except ValidationError as wrong:
            raise unavailable(self.client, "has no complete discovery document") from wrong
        if discovery.issuer != self.client.issuer:
            raise unavailable(
                self.client,
                f"calls itself {discovery.issuer[:200]}. BROADCASTER_OIDC_ISSUER must say the same",
            )
        endpoints = discovery.authorization_endpoint, discovery.token_endpoint, discovery.jwks_uri
        if not all(self._is_safe(address) for address in endpoints):
            raise unavailable(self.client, "names addresses that are not https")
        return discovery

    async def _read_keys(self) -> tuple[Key, ...]:
        entries = (await self._read((await self.discover()).jwks_uri)).get("keys")
        if not isinstance(entries, list):
            raise unavailable(self.client, "has no list of keys")
        return read_keys(entries)

    def _is_safe(self, address: str) -> bool:
        """Whether nobody can read or change on the way what goes to an address."""
        try:
            url = URL(address)
        except ValueError:
            return False
        safe = url.scheme == "https" or self.client.is_local
        return bool(url.host) and safe and is_private_on_the_way(url)

    async def _read(self, address: str) -> dict[str, Any]:
        status, body = await self._ask("GET", address, {"Accept": "application/json"})
        if status != HTTPStatus.OK:
            raise unavailable(self.client, f"answered {status}")
        return body

    async def _ask(
        self,
        method: str,
        address: str,
        headers: dict[str, str],
        form: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Ask the provider.

        Returns:
            Status and JSON body of an answer below 500. The body of a refusal may be empty.

        Raises:
            SignInFailed: `provider_unavailable`.
        """
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                self._http.request(
                    method, address, headers=headers, data=form, allow_redirects=False
                ) as answer,
            ):
                status, text = answer.status, await _bounded(answer)
        except TimeoutError:
            raise unavailable(self.client, f"did not answer within {TIMEOUT_S:.0f} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as wrong:
            log.warning("%s cannot be asked: %s", self.client.provider, type(wrong).__name__)
            raise unavailable(self.client, "cannot be reached") from None
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise unavailable(self.client, f"answered {status}")
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            if status == HTTPStatus.OK:
                raise unavailable(self.client, "answered no JSON")
            body = {}
        return status, body


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    """The body of an answer.

    Raises:
        ValueError: it is too large.
    """
    body = bytearray()
    async for chunk in answer.content.iter_chunked(65_536):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("too large")
    return bytes(body)
