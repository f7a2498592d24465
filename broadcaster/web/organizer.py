"""Recognises the organizer's requests: by the token as Bearer, or by the desk page's cookie."""

from aiohttp import web

from broadcaster.auth import bearer, cookie_value, same
from broadcaster.web.errors import Refused

COOKIE = "broadcaster_desk"
ORGANIZER = "organizer"
"""The name in logs of whoever has the organizer's token."""


class Organizer:
    """The organizer of this installation.

    Args:
        token: the organizer's; an empty one belongs to nobody.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    def owns(self, token: str) -> bool:
        """Whether it is the organizer's token."""
        return bool(self._token) and same(token, self._token)

    def cookie(self) -> str:
        """The value of the cookie that signs a browser in."""
        return cookie_value(self._token)

    def recognises(self, request: web.Request) -> bool:
        """Whether a request shows the token; False if it shows none.

        Raises:
            Refused: 401 `wrong_admin_token`.
        """
        if "Authorization" not in request.headers and COOKIE not in request.cookies:
            return False
        self.authorize(request)
        return True

    def name_of(self, _request: web.Request) -> str:
        """The name of whoever sent an authorized request, for the log."""
        return ORGANIZER

    def authorize(self, request: web.Request) -> None:
        """Check that a request shows the token.

        Raises:
            Refused: 401 `wrong_admin_token`.
        """
        token = bearer(request.headers.get("Authorization", ""))
        cookie = request.cookies.get(COOKIE, "")
        signed_in = bool(self._token) and same(cookie, self.cookie())
        if not signed_in and not self.owns(token):
            raise wrong_token()


def wrong_token() -> Refused:
    """The answer to a request without the organizer's token."""
    return Refused(
        401,
        "wrong_admin_token",
        "this needs the organizer's token",
        hint="Open the desk link that the server printed at start, or send the token as Bearer.",
        headers={"WWW-Authenticate": "Bearer"},
    )
