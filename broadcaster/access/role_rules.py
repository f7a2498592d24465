"""Rules that give roles to people whose names a proxy has checked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from broadcaster.access.identity import Identity
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import ALL, Scope

_STRONGEST_FIRST = (
    AccessRole.ADMIN,
    AccessRole.ORGANIZER,
    AccessRole.TECHNICIAN,
    AccessRole.REVIEWER,
)
_GROUP = "group:"
_NAME = re.compile(r"[^\s,=\x00-\x1f\x7f]{1,80}")
_SUBJECT = "person:"


@dataclass(frozen=True, slots=True)
class RoleRules:
    """The roles of people, of all addresses of a domain, and of groups.

    Attributes:
        roles: by what a rule is about, in lower case: `ana@talks.example`, `@talks.example` or
            `group:av-team`.
    """

    roles: dict[str, AccessRole]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The rules of a text such as `ana@talks.example=admin, group:av-team=technician`.

        Raises:
            ValueError: one of them is no rule.
        """
        roles: dict[str, AccessRole] = {}
        for rule in filter(None, (one.strip() for one in text.split(","))):
            about, _, role = rule.partition("=")
            about, role = about.strip().casefold(), role.strip()
            if not _NAME.fullmatch(about.removeprefix(_GROUP)) or role not in _STRONGEST_FIRST:
                raise ValueError(
                    f"“{rule}” is no rule. Write ana@talks.example=admin, @talks.example=reviewer "
                    "or group:av-team=technician; the roles are admin, organizer, technician and "
                    "reviewer"
                )
            roles[about] = AccessRole(role)
        return cls(roles)

    def identity(self, person: str, groups: Iterable[str] = ()) -> Identity | None:
        """Somebody with the strongest role that a rule gives them; None without one.

        Args:
            person: the name or e-mail address by which others know them.
            groups: theirs.
        """
        name = person.casefold()
        local, at, domain = name.rpartition("@")
        of_group = name.startswith(_GROUP)  # nobody becomes a group by such a name
        about = [] if of_group or (at and not local) else [name, f"@{domain}" if at else ""]
        about += [_GROUP + group.casefold() for group in groups]
        found = {self.roles[one] for one in about if one in self.roles}
        role = next((one for one in _STRONGEST_FIRST if one in found), None)
        if role is None:
            return None
        everywhere = () if role is AccessRole.ORGANIZER else (Scope(ALL),)
        return Identity(role, person, _SUBJECT + name, everywhere)
