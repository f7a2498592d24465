"""Wires what has to do with access: tokens, flags of reviewers, and signing in to the desk."""

from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
from aiohttp import web

from broadcaster import from_settings
from broadcaster.access.registry import TokenRegistry
from broadcaster.access.role_rules import RoleRules
from broadcaster.config import Settings
from broadcaster.desk.access.browser_sessions import BrowserSessions
from broadcaster.desk.access.flags import FlagRoutes
from broadcaster.desk.access.oidc_routes import OidcRoutes
from broadcaster.desk.access.routes import TokenRoutes
from broadcaster.desk.access.session import SessionRoutes
from broadcaster.desk.access.tokens import Tokens
from broadcaster.desk.answers import EventAnswers
from broadcaster.desk.events import Events
from broadcaster.desk.journal.journal import Journal
from broadcaster.model.ports import Bus, Clock
from broadcaster.oidc.client import OidcClient
from broadcaster.oidc.provider import OidcProvider
from broadcaster.stage_keys import StageKeyring
from broadcaster.web.access.change_limit import ChangeLimit
from broadcaster.web.organizer import Organizer


def oidc_provider(client: OidcClient, clock: Clock) -> OidcProvider:
    """Return the client of an OpenID provider. It keeps no cookies: they are of no one person.

    It uses the proxy of the environment, but not for a provider on this machine.
    """
    jar = aiohttp.DummyCookieJar()
    http = aiohttp.ClientSession(cookie_jar=jar, trust_env=not client.is_local)
    return OidcProvider(client, http, clock)


def routes(
    settings: Settings,
    bus: Bus,
    clock: Clock,
    registry: TokenRegistry,
    organizer: Organizer,
    changes: ChangeLimit,
    events: Events,
    answers: EventAnswers,
    journal: Journal,
    keyring: StageKeyring,
    close: list[Callable[[], Coroutine[Any, Any, None]]],
) -> list[web.RouteDef]:
    """The routes of the desk's process; the end of an OpenID provider is added to `close`."""
    tokens = Tokens(bus, clock, registry, journal)
    sessions = BrowserSessions(tokens, registry, clock)
    client = from_settings.oidc_client(settings)
    provider = oidc_provider(client, clock) if client is not None else None
    if provider is not None:
        close.append(provider.close)
    oidc = OidcRoutes(
        provider,
        settings.public_url or "",
        RoleRules.parse(settings.sign_in_roles),
        keyring.cipher(b"broadcaster sign-in"),
        sessions,
        journal,
        changes,
        clock,
    )
    return [
        *TokenRoutes(tokens, events, answers, organizer, clock).routes(),
        *FlagRoutes(events, journal, organizer).routes(),
        *SessionRoutes(organizer, journal, changes, sessions).routes(),
        *oidc.routes(),
    ]
