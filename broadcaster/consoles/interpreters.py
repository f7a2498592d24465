"""Admits human interpreters to the console of their channel, and tells who their partners are."""

from dataclasses import dataclass

from aiohttp import web

from broadcaster.access.identity import Identity
from broadcaster.access.registry import TokenRegistry
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import Scope
from broadcaster.errors import UnknownChannel
from broadcaster.model import keys
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus
from broadcaster.web.errors import Refused
from broadcaster.web.organizer import Organizer


@dataclass(frozen=True, slots=True)
class Console:
    """A request of a human interpreter who may work on the channel that it names.

    Attributes:
        interpreter: id of their token.
        name: as their token says.
        event: as it is now.
        channel: language of the channel.
    """

    interpreter: str
    name: str
    event: Event
    channel: str


class Interpreters:
    """Decides who may interpret into a channel.

    Args:
        organizer: recognises tokens.
        registry: knows them all.
        bus: has the events.
    """

    def __init__(self, organizer: Organizer, registry: TokenRegistry, bus: Bus) -> None:
        self._organizer = organizer
        self._registry = registry
        self._bus = bus

    async def admit(self, request: web.Request) -> Console:
        """The sender of a request whose route has `{event}` and `{channel}`.

        Raises:
            Refused: 401 `wrong_interpreter_link`, `token_revoked` or `token_expired`; 403
                `not_allowed` or `other_channel`.
            UnknownEvent, UnknownChannel: there is no such event or channel any more.
            EventOver: nobody can speak into it any more.
        """
        identity = self._authorize(request)
        event_id, channel = request.match_info["event"], request.match_info["channel"]
        if Scope("event", event_id, channel) not in identity.scopes:
            raise Refused(
                403,
                "other_channel",
                "this link is for another channel",
                hint="Open the link that the organizer gave you for this channel.",
            )
        record = await self._bus.get(keys.event_record(event_id))
        assert record is not None  # authorize has seen it
        event = Event.from_json(record.value)
        event.refuse_if_over()
        if channel not in event.channel_ids()[1:]:
            raise UnknownChannel(event.channel_ids()[1:])
        return Console(identity.token_id, identity.name, event, channel)

    def partners(self, event_id: str, channel: str) -> dict[str, str]:
        """Names of the human interpreters of a channel, by the id of their token."""
        scope = Scope("event", event_id, channel)
        return {
            token.id: token.name
            for token in self._registry.tokens()
            if token.role is AccessRole.INTERPRETER
            and scope in token.scopes
            and not self._registry.is_void(token)
        }

    def _authorize(self, request: web.Request) -> Identity:
        try:
            return self._organizer.authorize(request)
        except Refused as refused:
            if refused.error != "wrong_admin_token":
                raise
        raise Refused(
            401,
            "wrong_interpreter_link",
            "this needs an interpreter's link",
            hint="Open the whole link that the organizer gave you, or ask for a new one.",
            headers={"WWW-Authenticate": "Bearer"},
        )
