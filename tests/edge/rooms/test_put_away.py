"""Listeners and readers of a channel that is removed, and of an event that is put away."""

from dataclasses import replace

import aiohttp
import pytest

from broadcaster.edge.rooms import goodbyes
from broadcaster.model.event import Channel, Event, EventState, Notice
from tests.edge.captions import reading
from tests.edge.conftest import EVENT, Edge
from tests.edge.waiting import counted, until
from tests.support.deadline import deadline


async def closed_with(ws: aiohttp.ClientWebSocketResponse) -> int | None:
    """The code with which the server closes."""
    async with deadline():
        while (message := await ws.receive()).type is not aiohttp.WSMsgType.CLOSE:
            pass
    return int(message.data)


async def test_only_the_listeners_of_a_removed_channel_are_sent_away(edge: Edge) -> None:
    async with (
        edge.http.ws_connect("/e/talk/audio/es+floor") as spanish,
        edge.http.ws_connect("/e/talk/audio/ar") as arabic,
        reading(edge) as captions,
    ):
        await until(lambda: counted(edge) == {"es+floor": 1, "ar": 1})
        await edge.put(replace(EVENT, channels=(Channel("ar"), Channel("de"))))
        assert await closed_with(spanish) == 1001
        async with deadline():
            await captions.answer.content.read()
        await edge.refuses("/e/talk/audio/es", 404, "unknown_channel")
        await edge.refuses("/e/talk/poll/es", 404, "unknown_channel")
        async with edge.http.ws_connect("/e/talk/audio/de"):
            await until(lambda: counted(edge) == {"ar": 1, "de": 1})
        assert not arabic.closed


@pytest.mark.parametrize("state", [EventState.ARCHIVED, EventState.DELETED])
async def test_an_event_that_is_put_away_ends_for_everybody(
    edge: Edge, state: EventState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goodbyes, "LAST_BYTES_S", 0.0)
    gone = replace(EVENT, state=state)
    if state is EventState.DELETED:
        gone = Event("talk", "", state, (), "")
    async with edge.http.ws_connect("/e/talk/audio/es") as ws:
        await ws.receive_json()
        await edge.put(gone)
        assert await closed_with(ws) == 4000
    await until(lambda: "talk" not in edge.rooms._rooms)
    await edge.refuses("/e/talk/info", 404, "unknown_event")
    await edge.refuses("/e/talk/poll/es", 404, "unknown_event")
    assert await edge.rooms.find_by_code("talk") is None


async def test_each_language_reads_its_own_notice_of_the_pause(edge: Edge) -> None:
    notice = Notice("Back at 3", {"es": "A las 3"})
    await edge.put(replace(EVENT, state=EventState.PAUSED, pause_notice=notice))
    for channel, text in (("es", "A las 3"), ("ar", "Back at 3"), ("floor", "Back at 3")):
        async with edge.http.get(f"/e/talk/poll/{channel}") as answer:
            assert (await answer.json())["state"]["notice"] == text
