"""Finds a conference on the bus."""

from broadcaster.model import keys
from broadcaster.model.conference.conference import Conference
from broadcaster.model.conference.conference_errors import UnknownConference
from broadcaster.model.event import SLUG
from broadcaster.model.ports import Bus


async def find_conference(bus: Bus, conference_id: str) -> tuple[Conference, int]:
    """A conference and the version of its record.

    Raises:
        UnknownConference: no conference has this id.
        BusUnavailable: the broker does not answer.
    """
    record = None
    if SLUG.fullmatch(conference_id):
        record = await bus.get(keys.conference_record(conference_id))
    conference = Conference.from_json(record.value) if record is not None else None
    if record is None or conference is None or conference.deleted_at_ms is not None:
        raise UnknownConference
    return conference, record.version
