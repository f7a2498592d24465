"""The roles that people and programs have."""

from enum import StrEnum


class AccessRole(StrEnum):
    """A part that somebody has in this installation, or in some of its events."""

    ADMIN = "admin"
    """Everything. The server's own token has this role."""
    ORGANIZER = "organizer"
    """Events that they created or were given, with the tokens of those events."""
    TECHNICIAN = "technician"
    """Live control of some events."""
    REVIEWER = "reviewer"
    """Reads some events or channels, flags passages, and corrects captions."""
    INTERPRETER = "interpreter"
    """One channel of an event."""
    STAGE = "stage"
    """Speaks into an event. A stage key has this role too."""
    ATTENDEE = "attendee"
    """Listens to an event and reads it, with its passcode if it has one. Has no tokens."""


DESK_ROLES = frozenset(
    {AccessRole.ADMIN, AccessRole.ORGANIZER, AccessRole.TECHNICIAN, AccessRole.REVIEWER}
)
"""The roles that the desk has a page for."""
TOKEN_ROLES = frozenset(AccessRole) - {AccessRole.ATTENDEE}
"""The roles that a token can have."""
EVENT_ROLES = TOKEN_ROLES - {AccessRole.ADMIN}
"""The roles that an organizer can give for an event."""
