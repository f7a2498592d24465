"""The permission table: which roles may do what."""

from collections.abc import Mapping
from enum import StrEnum

from broadcaster.access.roles import AccessRole


class Action(StrEnum):
    """Something that can be done by an address of the server."""

    OPEN_PAGE = "open_page"
    """Pages, their files and health checks, which hold nothing of an event."""
    SIGN_IN = "sign_in"
    LISTEN = "listen"
    """Hear and read an event as its audience, with the passcode if it has one."""
    USE_LISTENER_SESSION = "use_listener_session"
    """Change or end a session by its address, which is a secret."""
    SPEAK = "speak"
    USE_STAGE_SESSION = "use_stage_session"
    """Change or end a session by its address, which is a secret; a key that is shown must fit."""
    INTERPRET = "interpret"
    """Work at the console of the channel that the token is for, and listen without the passcode."""
    READ_METRICS = "read_metrics"
    READ_OWN_ACCESS = "read_own_access"
    LIST_EVENTS = "list_events"
    READ_INSTALLATION = "read_installation"
    """Facts that are the same for all events: languages, state of the store."""
    READ_EVENT = "read_event"
    READ_STAGE_KEY = "read_stage_key"
    FLAG_PASSAGE = "flag_passage"
    REVIEW_CAPTIONS = "review_captions"
    """Correct, hide and replace words of captions, and see them before the audience."""
    CONTROL_EVENT = "control_event"
    """Go live, pause, resume, restart a booth."""
    CREATE_EVENT = "create_event"
    EDIT_EVENT = "edit_event"
    DELETE_EVENT = "delete_event"
    KEEP_RECORDINGS = "keep_recordings"
    """Switch recording on and off, and play and download what was recorded."""
    MANAGE_EVENT_TOKENS = "manage_event_tokens"
    MANAGE_TOKENS = "manage_tokens"
    MANAGE_CONFERENCES = "manage_conferences"
    """A conference holds events of several organizers."""
    READ_AUDIT = "read_audit"


_STAGE = frozenset({AccessRole.STAGE})
_ADMIN = frozenset({AccessRole.ADMIN})
_ORGANIZERS = _ADMIN | {AccessRole.ORGANIZER}
_CONTROLLERS = _ORGANIZERS | {AccessRole.TECHNICIAN}
_READERS = _CONTROLLERS | {AccessRole.REVIEWER}

ANYBODY = frozenset(
    {
        Action.OPEN_PAGE,
        Action.SIGN_IN,
        Action.LISTEN,
        Action.USE_LISTENER_SESSION,
        Action.READ_METRICS,
    }
)
"""Actions that need no token. A passcode is asked for by itself, and metrics name events only to
an admin."""

MAY: Mapping[Action, frozenset[AccessRole]] = {
    **dict.fromkeys(ANYBODY, frozenset(AccessRole)),
    Action.SPEAK: _STAGE,
    Action.INTERPRET: frozenset({AccessRole.INTERPRETER}),
    Action.USE_STAGE_SESSION: _STAGE,
    Action.READ_OWN_ACCESS: frozenset(AccessRole) - {AccessRole.ATTENDEE},
    Action.LIST_EVENTS: _READERS,
    Action.READ_INSTALLATION: _READERS,
    Action.READ_EVENT: _READERS,
    Action.READ_STAGE_KEY: _CONTROLLERS,
    Action.FLAG_PASSAGE: _READERS,
    Action.REVIEW_CAPTIONS: _ORGANIZERS | {AccessRole.REVIEWER},
    Action.CONTROL_EVENT: _CONTROLLERS,
    Action.CREATE_EVENT: _ORGANIZERS,
    Action.EDIT_EVENT: _ORGANIZERS,
    Action.DELETE_EVENT: _ORGANIZERS,
    Action.KEEP_RECORDINGS: _ORGANIZERS,
    Action.MANAGE_EVENT_TOKENS: _ORGANIZERS,
    Action.MANAGE_TOKENS: _ADMIN,
    Action.MANAGE_CONFERENCES: _ADMIN,
    Action.READ_AUDIT: _ADMIN,
}
"""The roles that may take an action, each within its scope."""
