"""Reads what others write, and leaves out what this version cannot read."""

import logging
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from broadcaster.model.ports import Record, Subscription

log = logging.getLogger("broadcaster.records")

Content = TypeVar("Content")


async def readable_records(
    records: AsyncIterator[tuple[str, Record]], parse: Callable[[bytes], Content]
) -> AsyncIterator[tuple[str, Content]]:
    """The contents of records, with their names.

    Args:
        records: as `Bus.watch_all` finds them.
        parse: reads a content; a ValueError is logged, and the record is left out.
    """
    async for name, record in records:
        try:
            content = parse(record.value)
        except ValueError:
            log.exception("%s cannot be read and is ignored", name)
        else:
            yield name, content


async def readable_messages(
    messages: Subscription, parse: Callable[[bytes], Content]
) -> AsyncIterator[Content]:
    """The contents of live messages.

    Args:
        messages: of a topic.
        parse: reads a content; a ValueError is logged, and the message is left out.
    """
    async for message in messages:
        try:
            content = parse(message.payload)
        except ValueError:
            log.warning("a message on %s cannot be read and is ignored", message.topic)
        else:
            yield content
