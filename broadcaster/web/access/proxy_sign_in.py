"""Signs people in by a header that a reverse proxy sets, from trusted addresses only."""

import logging
import re
from dataclasses import dataclass

from aiohttp import web

from broadcaster.access.identity import ADMIN, Identity
from broadcaster.access.role_rules import RoleRules
from broadcaster.web.clients import TrustedProxies, network_of, parse_address
from broadcaster.web.errors import REFUSED, Refused

log = logging.getLogger("broadcaster.web.access")

IGNORED = "sign_in_header_ignored"
"""Under this name the headers of strangers are counted with the refused requests."""
_PERSON = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_RESERVED = frozenset({ADMIN.name, "system"})
"""Names that stand for others in the logs."""


@dataclass(slots=True)
class ProxySignIn:
    """Recognises people by what a reverse proxy says about them.

    Attributes:
        user_header: has their name or e-mail address; empty for no such sign-in.
        groups_header: has their groups, with commas; empty for none.
        proxies: the peers that are believed.
        rules: the roles.
        warned: whether the header of a stranger was logged.
    """

    user_header: str
    groups_header: str
    proxies: TrustedProxies
    rules: RoleRules
    warned: bool = False

    def identify(self, request: web.Request) -> Identity | None:
        """The sender of a request; None if no trusted proxy says who that is.

        Raises:
            Refused: 403 `unknown_person`: no rule gives them a role.
        """
        values = request.headers.getall(self.user_header, []) if self.user_header else []
        if not values:
            return None
        transport = request.transport
        peer = transport.get_extra_info("peername") if transport is not None else None
        address = parse_address(peer[0]) if isinstance(peer, tuple) else None
        # A peer that is gone has no name, and must not pass for one of a local socket.
        known = address is not None or isinstance(peer, str | bytes)
        if not known or not self.proxies.trusts(address):
            self._ignore(request, network_of(address))
            return None
        person = values[0].strip()
        if len(values) != 1 or not _PERSON.fullmatch(person) or person.casefold() in _RESERVED:
            raise _unknown("the proxy's header names nobody")
        groups = ",".join(request.headers.getall(self.groups_header or "-", []))
        identity = self.rules.identity(person, (one.strip() for one in groups.split(",")))
        if identity is None:
            raise _unknown(f"“{person}” may not enter here")
        return identity

    def _ignore(self, request: web.Request, network: str) -> None:
        request.app[REFUSED][IGNORED] += 1
        if not self.warned:
            self.warned = True
            log.warning(
                "%s sent the header %s, and is not in BROADCASTER_SIGN_IN_PROXIES: such headers "
                "are ignored and counted",
                network,
                self.user_header,
            )


def _unknown(message: str) -> Refused:
    return Refused(
        403,
        "unknown_person",
        message,
        hint="Ask the one who runs this server to add you to BROADCASTER_SIGN_IN_ROLES.",
    )
