"""The bodies of requests about tokens, validated."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from broadcaster.access.identity import ADMIN
from broadcaster.access.roles import EVENT_ROLES, TOKEN_ROLES, AccessRole
from broadcaster.access.scope import Scope
from broadcaster.desk.journal.journal import SYSTEM
from broadcaster.model.language import FLOOR

MOST_SCOPES = 50
LAST_YEAR = 2200
_WITHOUT_SCOPE = frozenset({AccessRole.ADMIN, AccessRole.ORGANIZER})


def _scope(text: str) -> str:
    return str(Scope.parse(text))


def _soon_enough(time: datetime) -> datetime:
    if time.year > LAST_YEAR:
        raise ValueError(f"the year must be {LAST_YEAR} at the latest")
    return time


def _of_nobody_else(name: str) -> str:
    if name.casefold() in {ADMIN.name, SYSTEM}:
        raise ValueError(f"“{name}” stands for others in the logs, choose another name")
    return name


def _with_token(role: AccessRole) -> AccessRole:
    if role not in TOKEN_ROLES:
        raise ValueError("attendees have no tokens, give them the event's link")
    return role


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(_of_nobody_else),
]
ScopeText = Annotated[str, StringConstraints(max_length=100), AfterValidator(_scope)]
Expiry = Annotated[AwareDatetime, AfterValidator(_soon_enough)]
TokenRole = Annotated[AccessRole, AfterValidator(_with_token)]


class _TokenBody(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    name: Name
    role: TokenRole
    expires_at: Expiry | None = None


class NewToken(_TokenBody):
    """Body of `POST /api/tokens`."""

    scopes: list[ScopeText] = Field(default_factory=list, max_length=MOST_SCOPES)

    @model_validator(mode="after")
    def _check_scopes(self) -> Self:
        check_scopes(self.role, [Scope.parse(text) for text in self.scopes])
        return self


class NewEventToken(_TokenBody):
    """Body of `POST /api/events/{event}/tokens`; its scope is the event, or channels of it."""

    channel: str | None = Field(None, max_length=35)
    channels: list[Annotated[str, Field(max_length=35)]] = Field(
        default_factory=list, max_length=MOST_SCOPES
    )

    @model_validator(mode="after")
    def _check_role(self) -> Self:
        if self.role not in EVENT_ROLES:
            raise ValueError("an admin's token is not one of an event, use /api/tokens")
        if self.role is AccessRole.STAGE:
            if self.channel not in {None, FLOOR}:
                raise ValueError("the channel of a microphone is floor")
        elif (self.channel is not None) != (self.role is AccessRole.INTERPRETER):
            raise ValueError("an interpreter's token needs a channel, and no other has one")
        if self.channels and self.role is not AccessRole.REVIEWER:
            raise ValueError("only a reviewer's token can be limited to channels")
        return self


class SignIn(BaseModel):
    """Body of `POST /api/session`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token: str = Field(max_length=200)


def check_scopes(role: AccessRole, scopes: list[Scope]) -> None:
    """Check that a token of a role can have these scopes.

    Raises:
        ValueError: it cannot.
    """
    if role is AccessRole.ADMIN and scopes:
        raise ValueError("an admin's token is for everything, leave the scopes out")
    if not scopes and role not in _WITHOUT_SCOPE:
        raise ValueError(f"the role {role} needs a scope, such as event:talk")
    if role is AccessRole.STAGE:
        wrong = any(scope.channel not in {"", FLOOR} for scope in scopes)
    else:
        is_interpreter = role is AccessRole.INTERPRETER
        wrong = role is not AccessRole.REVIEWER and any(
            bool(scope.channel) != is_interpreter for scope in scopes
        )
    if wrong:
        raise ValueError(
            "only the scopes of interpreters and reviewers name a channel, such as event:talk/es, "
            "and those of microphones the floor, such as event:talk/floor"
        )
    if role is AccessRole.STAGE and (len(scopes) != 1 or scopes[0].kind != "event"):
        raise ValueError("a stage token has one scope, such as event:talk")
