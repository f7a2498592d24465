"""An event in several languages with attendees, and what they hear."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.edge.conftest import Edge
from tests.support.browser import Attendee
from tests.support.deadline import deadline


async def say(edge: Edge, channel: str, text: str, number: int = 0) -> None:
    """Publish a caption."""
    caption = Caption(f"{channel}-{number}", channel, 0, 3_000, text, final=True)
    await edge.bus.append(keys.captions("talk", channel), caption.to_json())


@asynccontextmanager
async def attending(
    browser: Browser, edge: Edge, query: str = "", **context: Any
) -> AsyncIterator[Attendee]:
    """A page whose channels are shown; it must not complain until the end."""
    phone: dict[str, Any] = {
        "viewport": {"width": 390, "height": 844},
        "locale": "en",
        "reduced_motion": "reduce",
    }
    attendee = Attendee(await (await browser.new_context(**phone | context)).new_page())
    await attendee.page.goto(f"{edge.url}/e/talk{query}")
    await attendee.page.wait_for_selector("#languages-button")
    yield attendee
    assert not attendee.errors
    await attendee.page.context.close()


async def heard_from(edge: Edge, channel: str) -> None:
    """Wait until somebody listens to a channel, or to one of its variants, and to nothing else."""
    async with deadline():
        while True:
            counts = edge.rooms.counts().listeners
            if {name for (_, name), count in counts.items() if count} == {channel}:
                return
            await asyncio.sleep(0.02)
