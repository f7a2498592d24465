"""Somebody whose request was recognised, and what they may do."""

from dataclasses import dataclass

from broadcaster.access.actions import MAY, Action
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import ALL, Ownership, Scope


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who showed a valid token.

    Attributes:
        role: decides the actions.
        name: for people, in logs of events and on the desk.
        subject: names them for ever, also over several sign-ins; whose events they are.
        scopes: the events that the actions are limited to. An organizer has their own besides.
        token_id: of their token; empty for the server's own.
    """

    role: AccessRole
    name: str
    subject: str
    scopes: tuple[Scope, ...] = ()
    token_id: str = ""

    @property
    def owner(self) -> str:
        """The `Event.owner` of the events that they create; empty for an admin."""
        return "" if self.role is AccessRole.ADMIN else self.subject

    def may(self, action: Action | None) -> bool:
        """Whether the role may take an action; an admin may all, also one that has no name."""
        if action is None:
            return self.role is AccessRole.ADMIN
        return self.role in MAY[action]

    def covers_conference(self, conference_id: str) -> bool:
        """Whether they may put events into a conference."""
        if self.role is AccessRole.ADMIN:
            return True
        return any(
            scope.kind == ALL or (scope.kind == "conference" and scope.id == conference_id)
            for scope in self.scopes
        )

    def covers_channel(self, event: Ownership, channel: str) -> bool:
        """Whether a channel of an event is one of theirs; an empty one stands for all of them."""
        if not self.covers(event):
            return False
        theirs = [scope.channel for scope in self.scopes if scope.covers(event)]
        return not theirs or "" in theirs or channel in theirs

    def covers(self, event: Ownership) -> bool:
        """Whether an event is one of theirs."""
        if self.role is AccessRole.ADMIN:
            return True
        created = self.role is AccessRole.ORGANIZER and event.owner == self.subject
        return created or any(scope.covers(event) for scope in self.scopes)


ADMIN = Identity(AccessRole.ADMIN, "organizer", "admin", (Scope(ALL),))
"""The holder of the server's own token."""
