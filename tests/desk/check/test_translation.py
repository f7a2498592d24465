"""The desk tells what the interpreter translates: with the event, in the check, in the list."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from broadcaster import provider_settings
from broadcaster.config import Settings
from broadcaster.desk.check.translation import check_translations
from broadcaster.desk.warnings import Expectation, warnings_about
from broadcaster.model.check.report import Light
from broadcaster.model.event import Channel, Event, EventState
from tests.support.deadline import deadline
from tests.support.server import Server, running_server
from tests.support.web import on_loopback

FACTS = replace(
    provider_settings.interpreter_facts(Settings.model_validate({"provider": "local"})),
    told=lambda: {
        "de": Expectation("anything", "opus-mt-en-de", "gist", 61.5),
        "fi": Expectation("anything", "opus-mt-en-fi", "poor", 30.0),
        "nl": Expectation("anything", "opus-mt-en-nl"),
        "ja": Expectation("prepared_talk"),
    },
)


def event_in(*channels: Channel) -> Event:
    return Event("talk", "A talk", EventState.OPEN, channels, "key", source_captions=False)


def test_each_language_has_a_verdict_and_what_is_lacking_a_warning() -> None:
    tags = ("de", "fi", "nl", "ja", "cy")
    event = event_in(*map(Channel, tags))
    found = {one.values["language"]: one for one in check_translations(event, FACTS)}
    assert {tag: (found[tag].light, found[tag].problem) for tag in tags} == {
        "de": (Light.GREEN, "translation_gist"),
        "fi": (Light.AMBER, "translation_poor"),
        "nl": (Light.GREY, "translation_not_measured"),
        "ja": (Light.AMBER, "translation_prepared_talk"),
        "cy": (Light.RED, "translation_nothing"),
    }
    assert found["de"].message == "The gist, measured (chrF 62)."
    assert "translation model" in found["cy"].hint
    [warning] = warnings_about(event, FACTS)
    assert (warning.id, warning.languages) == ("not_translated", ("ja", "cy"))
    assert "Japanese and Welsh" in warning.message


def test_a_region_is_the_same_language_and_others_translate_their_own_channels() -> None:
    elsewhere = Channel("cy", providers=("openai",))
    relayed = Channel("cy", relay_from="de")
    assert check_translations(event_in(elsewhere, relayed), FACTS) == []
    [region] = check_translations(event_in(Channel("de-AT")), FACTS)
    assert region.problem == "translation_gist"


def test_one_that_takes_over_is_told_too_and_is_amber_at_worst() -> None:
    settings = {"provider": "openai", "fallback_providers": "local=http://x/v1"}
    cloud = replace(
        provider_settings.interpreter_facts(Settings.model_validate(settings)), told=FACTS.told
    )
    event = event_in(
        Channel("de"),
        Channel("cy"),
        Channel("fi", providers=("local", "openai")),
        Channel("ja", providers=("openai",)),
    )
    assert [
        (one.values["language"], one.values.get("provider"), one.light, one.problem)
        for one in check_translations(event, cloud)
    ] == [
        ("de", "local", Light.GREEN, "translation_gist"),
        ("cy", "local", Light.AMBER, "translation_nothing"),
        ("fi", None, Light.AMBER, "translation_poor"),
    ]
    assert "not_translated" not in {one.id for one in warnings_about(event, cloud)}
    assert cloud.expected("de") is None
    assert "fi" not in cloud.offered()


def test_an_interpreter_that_tells_nothing_has_no_verdicts() -> None:
    silent = replace(FACTS, told=lambda: None)
    assert check_translations(event_in(Channel("cy")), silent) == []
    assert warnings_about(event_in(Channel("cy")), silent) == []


def test_languages_that_it_tells_can_be_chosen() -> None:
    offered = FACTS.offered()
    assert {"fi", "nl"} <= set(offered)
    assert len(set(offered)) == len(offered)


async def languages(_request: web.Request) -> web.Response:
    one = {"language": "fi", "translates": "anything", "engine": "m", "voice": "simple"}
    return web.json_response({"languages": [{**one, "quality": "gist", "chrf": 50}]})


async def until_known(server: Server) -> dict[str, Any]:
    """The languages of the desk by tag, once the interpreter has told its own."""
    async with deadline():
        while True:
            async with server.http.get("/api/languages") as answer:
                found = {one["tag"]: one for one in await answer.json()}
            if "fi" in found:
                return found
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("provider", ["local", None])
async def test_the_desk_asks_the_local_interpreter_alone(
    tmp_path: Path, provider: str | None
) -> None:
    application = web.Application()
    application.router.add_get("/v1/languages", languages)
    async with (
        on_loopback(application) as url,
        running_server(tmp_path, realtime_url=f"{url}/v1", provider=provider) as server,
    ):
        if provider is None:
            async with server.http.get("/api/languages") as answer:
                assert all(one["expected"] is None for one in await answer.json())
            return
        found = await until_known(server)
        expected = {"translates": "anything", "engine": "m", "quality": "gist", "chrf": 50}
        assert found["fi"]["expected"] == expected
        assert found["de"]["expected"]["translates"] == "nothing"
        created = await server.create("fi", "de", state="open")
        warned = {one["id"]: one for one in created["warnings"]}
        assert warned["not_translated"]["languages"] == ["de"]
        async with server.http.post("/api/events/talk/check") as answer:
            assert answer.status == 202
        async with deadline():
            while True:
                async with server.http.get("/api/events/talk/check") as answer:
                    verdicts = (await answer.json())["results"]
                problems = [one["problem"] for one in verdicts if one["check"] == "translation"]
                if problems:
                    break
                await asyncio.sleep(0.05)
        assert problems == ["translation_gist", "translation_nothing"]
