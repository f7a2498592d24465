"""Every output says that a machine made it, in the language of those who hear or read it."""

import asyncio
import dataclasses
import io

import av
import pytest

from broadcaster.model.event import Event
from tests.edge.conftest import EVENT, Edge
from tests.edge.http_players import playing
from tests.support.deadline import deadline

NOTICE = "La interpretación y los subtítulos se generan con IA y pueden contener errores."
OWN = dataclasses.replace(
    EVENT,
    downloads=True,
    ai_notice="A machine interprets.",
    ai_notice_translations={"es": "Interpreta una máquina."},
)
DISCLOSED = "mode=machine-generated"


def tags_of(stream: bytes) -> dict[str, str]:
    """The comments of an Ogg stream; what Vorbis calls DESCRIPTION is `comment` here."""
    with av.open(io.BytesIO(stream)) as container:
        return dict(container.streams.audio[0].metadata) | dict(container.metadata)


@pytest.mark.parametrize(
    ("event", "channel", "name", "notice"),
    [
        (EVENT, "es", "A talk · Interpretado por IA", NOTICE),
        (OWN, "es", "A talk · Interpretado por IA", "Interpreta una máquina."),
        (dataclasses.replace(EVENT, ai_notice=""), "es", "A talk", None),
        (EVENT, "floor", "A talk", None),
    ],
)
async def test_sound_says_what_made_it(
    edge: Edge, event: Event, channel: str, name: str, notice: str | None
) -> None:
    await edge.put(event)
    async with playing(edge, f"/listen/talk/{channel}.ogg") as player:
        await player.has(2_000)
        tags = await asyncio.to_thread(tags_of, bytes(player.body))
        told = player.response.headers
    assert (tags.get("TITLE"), tags.get("comment")) == (name, notice)
    assert told["icy-name"] == name
    assert told.get("AI-Disclosure") == (None if channel == "floor" else DISCLOSED)
    assert ("AI-Disclosure" in told["Access-Control-Expose-Headers"]) == (channel != "floor")


async def test_the_title_of_the_stream_is_the_notice_before_the_first_caption(edge: Edge) -> None:
    async with playing(edge, "/listen/talk/es.mp3", **{"Icy-MetaData": "1"}) as player:
        await player.has(1)
        assert f"StreamTitle='{NOTICE}'".encode() in bytes(player.body)


@pytest.mark.parametrize(
    ("channel", "machine"),
    [
        ("es", {"interpreter": "ai", "ai_notice": NOTICE}),
        ("es+floor", {"interpreter": "ai", "ai_notice": NOTICE}),
        ("floor", {}),
    ],
)
async def test_the_hello_of_a_websocket_says_it(
    edge: Edge, channel: str, machine: dict[str, str]
) -> None:
    async with deadline(), edge.http.ws_connect(f"/e/talk/audio/{channel}") as ws:
        hello = await ws.receive_json()
    assert {name: hello[name] for name in ("interpreter", "ai_notice") if name in hello} == machine


@pytest.mark.parametrize(
    "path",
    [
        "/e/talk/poll/es",
        "/e/talk/captions/es/history",
        "/e/talk/captions/floor",
        "/e/talk/transcript/es.txt",
        "/e/talk/transcript/es.vtt",
        "/e/talk/search/es?q=agua",
    ],
)
async def test_captions_say_it_in_a_header(edge: Edge, path: str) -> None:
    await edge.put(OWN)
    async with deadline(), edge.http.get(path) as answer:
        assert answer.status == 200
        assert answer.headers["AI-Disclosure"] == DISCLOSED
        assert answer.headers["Access-Control-Expose-Headers"] == "AI-Disclosure"
        if "/poll/" in path:
            assert (await answer.json())["ai_generated"] is True
        if "/transcript/" in path:
            assert "Interpreta una máquina." in await answer.text()


async def test_the_page_is_told_the_organizers_sentences(edge: Edge) -> None:
    await edge.put(OWN)
    async with deadline(), edge.http.get("/e/talk/info") as answer:
        info = await answer.json()
    assert info["ai_notice"] == "A machine interprets."
    assert info["ai_notice_translations"] == {"es": "Interpreta una máquina."}
