"""The attendee page brings answers to what its scripts ask first."""

import asyncio
import html
import json
import re
from dataclasses import replace

import brotli
import pytest
from aiohttp import ClientSession

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.edge.attendee_page import NEWEST, best_match
from broadcaster.errors import BusUnavailable
from broadcaster.model.join import Passcode
from broadcaster.model.ports import Entry
from broadcaster.web.assets import assets
from tests.edge.conftest import EVENT, Edge, serving
from tests.edge.page_answers import answers
from tests.edge.polling import poll, texts
from tests.support.deadline import deadline

PLAIN = {"Accept-Encoding": "identity"}


async def say(edge: Edge, count: int) -> None:
    ids = [await edge.caption(number, f"Frase {number}") for number in range(count)]
    async with deadline():
        while (await poll(edge, "newest=1"))["after"] != ids[-1]:
            await asyncio.sleep(0.01)


async def test_the_answers_are_those_that_the_addresses_give(edge: Edge) -> None:
    await say(edge, NEWEST + 5)
    found = await answers(edge, Accept_Language="es-MX,es;q=0.9,en;q=0.8")
    info, captions = "/e/talk/info", f"/e/talk/poll/es?newest={NEWEST}"
    words = assets().address("i18n/es.json")
    assert list(found) == [words, info, captions]
    for address in found:
        async with edge.http.get(address) as answer:
            assert await answer.json() == found[address], address
    assert texts(found[captions]) == [f"Frase {number}" for number in range(5, NEWEST + 5)]


async def test_nothing_in_an_answer_ends_its_element(edge: Edge) -> None:
    await edge.put(replace(EVENT, title="</script><script>alert(1)</script>"))
    await edge.caption(1, "<!-- </script> -->")
    async with deadline():
        while not texts(await poll(edge)):
            await asyncio.sleep(0.01)
    found = await answers(edge, Accept_Language="es")
    assert found["/e/talk/info"]["title"] == "</script><script>alert(1)</script>"
    assert texts(found[f"/e/talk/poll/es?newest={NEWEST}"]) == ["<!-- </script> -->"]


async def test_a_wrong_link_has_the_words_alone(edge: Edge) -> None:
    assert list(await answers(edge, "/e/none")) == [assets().address("i18n/en.json")]


async def test_nothing_of_an_event_comes_with_its_page_before_the_passcode(edge: Edge) -> None:
    passcode = Passcode("Water-24", "secret-of-the-passcode")
    await edge.put(replace(EVENT, passcode=passcode))
    async with edge.http.get("/e/talk/info") as refused:
        assert refused.status == 401
    assert list(await answers(edge)) == [assets().address("i18n/en.json")]
    token = f"broadcaster_pass_talk={passcode.token()}"
    assert "/e/talk/info" in await answers(edge, Cookie=token)


async def test_a_reader_that_does_not_ask_on_is_not_counted(edge: Edge) -> None:
    room = await edge.rooms.open("talk")
    await answers(edge, Accept_Language="es")
    assert len(room.captions("es")) == 0


class UnreadableCaptions(EmbeddedBus):
    """A bus whose streams cannot be read."""

    async def read(self, stream: str, *_: object, **__: object) -> list[Entry]:
        raise BusUnavailable(f"{stream} cannot be read")


async def test_captions_that_cannot_be_read_hold_no_page_up() -> None:
    async with UnreadableCaptions(None) as bus, serving(bus) as edge:
        await edge.put(EVENT)
        found = await answers(edge, Accept_Language="es")
        assert list(found) == [assets().address("i18n/es.json"), "/e/talk/info"]


async def test_the_page_is_compressed(edge: Edge) -> None:
    async with ClientSession(edge.url, auto_decompress=False) as http:
        async with (
            http.get("/e/talk", headers=PLAIN) as plain,
            http.get("/e/talk", headers={"Accept-Encoding": "gzip, br"}) as small,
        ):
            assert small.headers["Content-Encoding"] == "br"
            assert brotli.decompress(await small.read()) == await plain.read()


@pytest.mark.parametrize(
    ("wanted", "offered", "best"),
    [
        (["es"], ["de", "es"], "es"),
        (["es-mx", "de"], ["de", "es"], "es"),
        (["pt"], ["de", "pt-BR"], "pt-BR"),
        (["zh-hant-tw"], ["zh-Hans", "zh-Hant"], "zh-Hant"),
        (["fi", "DE-ch"], ["de"], "de"),
        (["fi", ""], ["de"], None),
        ([], ["de"], None),
    ],
)
def test_the_best_match_of_languages(
    wanted: list[str], offered: list[str], best: str | None
) -> None:
    assert best_match(wanted, offered) == best


def test_only_a_few_languages_of_a_browser_are_looked_at() -> None:
    assert best_match([*(f"x{n}" for n in range(20)), "de"], ["de"]) is None
    assert best_match(["de" + "-q" * 4_000], ["de"]) is None


@pytest.mark.parametrize(
    ("wanted", "root"), [("de-AT,en;q=0.5", 'lang="de" dir="ltr"'), ("ar", 'lang="ar" dir="rtl"')]
)
async def test_the_first_words_are_those_of_the_reader(edge: Edge, wanted: str, root: str) -> None:
    tag = root.split('"')[1]
    words = json.loads(assets().sources[f"i18n/{tag}.json"].body)
    async with edge.http.get("/e/talk", headers={"Accept-Language": wanted}) as page:
        text = html.unescape(await page.text())
    assert f"<html {root}>" in text
    assert f'data-text="connecting">{words["connecting"]}</span>' in text
    assert re.search(f'aria-label="{words["settings"]}"\\s+data-label="settings"', text)
    assert "Connecting…" not in text


async def test_a_page_has_the_title_and_the_bar_of_its_event(edge: Edge) -> None:
    bar = re.compile(r'<div id="channel-bar"[^>]*>')
    async with edge.http.get("/e/talk") as page:
        known = await page.text()
    async with edge.http.get("/e/nothing-here") as page:
        unknown = await page.text()
    title = html.escape(EVENT.title, quote=False)
    assert re.search(f'<h1 id="title"[^>]*>{re.escape(title)}</h1>', known)
    assert EVENT.title not in unknown
    assert [bool(re.search(r"\shidden\b", bar.findall(text)[0])) for text in (known, unknown)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    "path", [path for path in assets().sources if re.fullmatch(r"i18n/[^/]+\.json", path)]
)
def test_every_file_of_words_can_be_the_page_s(path: str) -> None:
    words = json.loads(assets().sources[path].body)
    page = assets().documents["attendee/attendee.html"].localised("xx", "ltr", words)
    shown = html.unescape(page.start)
    for key in re.findall(r'data-text="(\w+)"', page.start):
        assert re.search(f'data-text="{key}"\\s*>{re.escape(words[key])}', shown), key
