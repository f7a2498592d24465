"""Lets attendees into events that have a passcode.

A client shows the passcode once and gets a token for it, which its browser keeps as a cookie. A
program may send the token or the passcode itself as `Authorization: Bearer …`.

A passcode is short, so a guess is not even compared once an address has made too many. A token
cannot be guessed, so it is always compared: nobody can lock out those who are in. The desk's tokens
need no passcode, see `web.access.authentication`.
"""

import re

from aiohttp import web

from broadcaster.auth import bearer
from broadcaster.model.event import Event
from broadcaster.model.join import Passcode
from broadcaster.web.access.credentials import DESK_ADMISSION
from broadcaster.web.client_limits import PASSCODE_NEEDED, limits_of
from broadcaster.web.clients import client_of
from broadcaster.web.errors import Refused

COOKIE = "broadcaster_pass_{event}"
COOKIE_AGE_S = 7 * 24 * 3600
"""A conference has some days."""
_TOKEN = re.compile("[0-9a-f]{64}")


def check_pass(event: Event, request: web.Request) -> None:
    """Check that a request may hear and read an event.

    Raises:
        Refused: 401 `passcode_needed`, 429 `too_many_wrong_passcodes`.
    """
    passcode = event.passcode
    if request.get(DESK_ADMISSION) is not None:
        return
    if passcode is None or passcode.is_token(request.cookies.get(_cookie(event), "")):
        return
    shown = bearer(request.headers.get("Authorization", ""))
    if not _opens(event, passcode, shown, request):
        raise Refused(
            401,
            PASSCODE_NEEDED,
            "this event needs a passcode",
            hint="Open the event's page and enter it there, or send it as Bearer.",
            headers={"WWW-Authenticate": "Bearer", "Access-Control-Allow-Origin": "*"},
        )


def is_right_passcode(event: Event, given: str, request: web.Request) -> bool:
    """Whether somebody gave the right passcode of an event that has one. A wrong one is counted.

    Raises:
        Refused: 429 `too_many_wrong_passcodes`: this one was not compared.
    """
    assert event.passcode is not None
    limits, client = limits_of(request), client_of(request)
    limits.refuse_guess(client, event.id)
    if event.passcode.is_text(given):
        return True
    limits.count_wrong_passcode(client, event.id)
    return False


def _opens(event: Event, passcode: Passcode, shown: str, request: web.Request) -> bool:
    """Whether a token or a passcode opens an event.

    A token of an earlier passcode is no guess. Programs that come back with one are not counted.
    """
    if not shown or passcode.is_token(shown):
        return bool(shown)
    return not _TOKEN.fullmatch(shown) and is_right_passcode(event, shown, request)


def set_token_cookie(event: Event, token: str, request: web.Request, answer: web.Response) -> None:
    """Have the browser keep the token, out of reach of scripts."""
    answer.set_cookie(
        _cookie(event),
        token,
        max_age=COOKIE_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=client_of(request).secure,
    )


def _cookie(event: Event) -> str:
    return COOKIE.format(event=event.id)
