"""Signing in to the desk by an OpenID provider: `/desk/oidc/start` and `/desk/oidc/callback`.

The browser brings a code from the provider, which is exchanged there for a name. A rule gives
that person a role, and they get a token for a session, in the cookie of the desk.
"""

import re
from collections.abc import Mapping

from aiohttp import web
from cryptography.fernet import MultiFernet

from broadcaster.access.role_rules import RoleRules
from broadcaster.auth import same
from broadcaster.desk.access.browser_sessions import SESSION_S, BrowserSessions
from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.journal.journal import Journal
from broadcaster.model.ports import Clock
from broadcaster.oidc.attempt import ATTEMPT_S, SignInAttempt
from broadcaster.oidc.client import SignInFailed, not_accepted
from broadcaster.oidc.provider import OidcProvider
from broadcaster.web.access.change_limit import ChangeLimit
from broadcaster.web.access.credentials import set_cookie
from broadcaster.web.access.proxy_sign_in import RESERVED_NAMES, unknown_person
from broadcaster.web.address_counts import AddressCounts
from broadcaster.web.clients import client_of
from broadcaster.web.errors import REFUSALS, REFUSED, Refused, refusal

ATTEMPT_COOKIE = "broadcaster_sign_in"
START, CALLBACK = "/desk/oidc/start", "/desk/oidc/callback"
MOST_ANSWERS = 120
"""Times that one address may come back from the provider within `WINDOW_S`."""
WINDOW_S = 60.0
_STATUS = {
    "provider_unavailable": 502,
    "sign_in_declined": 403,
    "sign_in_failed": 400,
}
_OWN_PATH = re.compile(r"/desk(?!/oidc)(?:/[A-Za-z0-9_-]+)*")
_PERSON = re.compile(r"[^\s\x00-\x1f\x7f]{1,80}")
_LONGEST_CODE = 4_096
_PRIVATE: Mapping[str, str] = {**NO_STORE, "Referrer-Policy": "no-referrer"}


class OidcRoutes:
    """Handlers of the sign-in by a provider.

    Args:
        provider: asks it; None if this server has none.
        base: the public address of this server.
        rules: the roles.
        cipher: seals what a browser keeps while it is at the provider.
        sessions: those of browsers.
        journal: is told of sign-ins.
        changes: limits sign-ins, which are written into the log.
        clock: the time.
    """

    def __init__(
        self,
        provider: OidcProvider | None,
        base: str,
        rules: RoleRules,
        cipher: MultiFernet,
        sessions: BrowserSessions,
        journal: Journal,
        changes: ChangeLimit,
        clock: Clock,
    ) -> None:
        self._provider = provider
        self._base = base
        self._rules = rules
        self._cipher = cipher
        self._sessions = sessions
        self._journal = journal
        self._changes = changes
        self._clock = clock
        self._answers = AddressCounts(MOST_ANSWERS, WINDOW_S, clock)

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/api/sign-in", self.offer),
            web.get(START, self.start, allow_head=False),
            web.get(CALLBACK, self.finish, allow_head=False),
        ]

    async def offer(self, _request: web.Request) -> web.Response:
        """Tell which provider signs people in, and the address where that begins."""
        provider = self._provider
        offered = None
        if provider is not None:
            offered = {"name": provider.client.provider, "start": f"{self._base}{START}"}
        return web.json_response({"provider": offered}, headers=NO_STORE)

    async def start(self, request: web.Request) -> web.Response:
        """Send the browser to the provider."""
        try:
            provider = self._configured()
            asked = request.query.get("next", "")
            attempt = SignInAttempt.begin(asked if _OWN_PATH.fullmatch(asked) else "/desk")
            answer = _redirect(await provider.authorization_url(attempt))
        except (*REFUSALS, SignInFailed) as error:
            return self._refused(request, error)
        answer.set_cookie(
            ATTEMPT_COOKIE,
            attempt.sealed(self._cipher, self._clock.now_ms()),
            max_age=ATTEMPT_S,
            httponly=True,
            samesite="Lax",  # the browser comes back from the provider's site
            secure=self._is_secure(request),
        )
        return answer

    async def finish(self, request: web.Request) -> web.Response:
        """Sign in the browser that comes back from the provider."""
        try:
            answer = await self._signed_in(request)
        except (*REFUSALS, SignInFailed) as error:
            answer = self._refused(request, error)
        answer.del_cookie(
            ATTEMPT_COOKIE, httponly=True, samesite="Lax", secure=self._is_secure(request)
        )
        return answer

    async def _signed_in(self, request: web.Request) -> web.Response:
        provider = self._configured()
        self._count(request)
        attempt, code = self._code_of(request, provider)
        person = await provider.person_of(code, attempt)
        if not _PERSON.fullmatch(person.name) or person.name.casefold() in RESERVED_NAMES:
            raise unknown_person("the provider’s answer names nobody")
        identity = self._rules.identity(person.name, person.groups)
        if identity is None:
            raise unknown_person(f"“{person.name}” may not enter here")
        self._changes.count(identity)
        text = await self._sessions.open_session(identity, provider.client.provider)
        await self._journal.note(None, "signed_in", identity.name, {"role": identity.role})
        answer = _redirect(self._base + attempt.next_path)
        set_cookie(answer, text, request, max_age_s=SESSION_S)
        return answer

    def _code_of(self, request: web.Request, provider: OidcProvider) -> tuple[SignInAttempt, str]:
        """The browser's attempt, and the code that it brings.

        Raises:
            Refused: 400 `sign_in_expired`.
            SignInFailed: `sign_in_failed` or `sign_in_declined`.
        """
        given = {name: request.query.getall(name) for name in request.query}
        sealed = request.cookies.get(ATTEMPT_COOKIE, "")
        attempt = SignInAttempt.opened(self._cipher, sealed, self._clock.now_ms())
        if attempt is None or not same(",".join(given.get("state", ())), attempt.state):
            raise Refused(
                400,
                "sign_in_expired",
                "this sign-in took too long, or began in another browser",
                hint="Begin again with the button on the desk.",
            )
        if given.get("iss", [provider.client.issuer]) != [provider.client.issuer]:
            raise not_accepted("another provider answered")
        if given.get("error") == ["access_denied"]:
            raise SignInFailed(
                "sign_in_declined",
                f"{provider.client.provider} did not let you in",
                "Sign in there with another account, or ask those who run it.",
            )
        codes = given.get("code", [])
        if "error" in given or len(codes) != 1 or not 0 < len(codes[0]) <= _LONGEST_CODE:
            raise not_accepted(f"{provider.client.provider} sent you back without a code")
        return attempt, codes[0]

    def _configured(self) -> OidcProvider:
        if self._provider is None:
            raise Refused(
                404,
                "sign_in_off",
                "this server has no OpenID provider",
                hint="Sign in with a link or a token.",
            )
        return self._provider

    def _count(self, request: web.Request) -> None:
        """A browser comes back.

        Raises:
            Refused: 429 `too_many_sign_ins`.
        """
        excess = self._answers.count(client_of(request).network)
        if excess is not None:
            raise Refused(
                429,
                "too_many_sign_ins",
                "too many sign-ins came from your network address in the last minute",
                hint=f"Try again in {excess.wait_s} s.",
                headers={"Retry-After": str(excess.wait_s)},
            )

    def _is_secure(self, request: web.Request) -> bool:
        return self._base.startswith("https:") or client_of(request).secure

    def _refused(self, request: web.Request, error: Exception) -> web.Response:
        """The answer to a failed sign-in: for a browser the desk, which explains it."""
        if isinstance(error, SignInFailed):
            status = _STATUS[error.error]
            refused = Refused(status, error.error, error.message, hint=error.hint)
        else:
            assert isinstance(error, REFUSALS)
            refused = refusal(error)
        request.app[REFUSED][refused.error] += 1
        if "text/html" in request.headers.get("Accept", ""):
            return _redirect(f"/desk#sign-in-error={refused.error}")
        return web.json_response(
            refused.body(), status=refused.status, headers={**_PRIVATE, **refused.headers}
        )


def _redirect(address: str) -> web.Response:
    return web.Response(status=303, headers={**_PRIVATE, "Location": address})
