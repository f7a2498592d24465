"""`POST /api/events/{event}/announcements/translation`: a preview in all languages of the event."""

from aiohttp import web

from broadcaster.desk.announcements.bodies import Translation, canonical
from broadcaster.desk.announcements.translating import translate
from broadcaster.desk.answers import NO_STORE
from broadcaster.desk.events import Events
from broadcaster.model.ports import Bus, Clock
from broadcaster.web.organizer import Organizer
from broadcaster.web.requests import parse


class TranslationRoutes:
    """The handler of previews.

    Args:
        bus: reaches the processes that run booths.
        clock: time.
        events: the event records.
        organizer: decides who may.
    """

    def __init__(self, bus: Bus, clock: Clock, events: Events, organizer: Organizer) -> None:
        self._bus = bus
        self._clock = clock
        self._events = events
        self._organizer = organizer

    def routes(self) -> list[web.RouteDef]:
        """The route."""
        return [web.post("/api/events/{event}/announcements/translation", self.translate)]

    async def translate(self, request: web.Request) -> web.Response:
        """Translate a text; nothing is announced, and nothing is kept but the cost."""
        self._organizer.authorize(request)
        event = (await self._events.get(request.match_info["event"])).event
        event.refuse_if_over()
        body = await parse(request, Translation)
        source = await canonical(body.language)
        texts = await translate(self._bus, self._clock, event, body.text, source)
        wanted = [one.language for one in event.channels if one.language != source]
        missing = [language for language in wanted if language not in texts]
        return web.json_response({"translations": texts, "missing": missing}, headers=NO_STORE)
