"""The attendee page joins captions to paragraphs, says where words are missing, and shows times."""

import json

import pytest

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.edge.conftest import Edge
from tests.support.browser import Attendee, chromium

pytestmark = pytest.mark.browser

BEGAN_MS = 1_795_788_000_000
"""2026-11-27, 14:00 UTC."""
STATE = {"state": "live", "floor": "speaking", "channel": "live"}
PARAGRAPHS = """() => [...document.querySelectorAll('#captions .paragraph')]
  .map((paragraph) => paragraph.innerText.replace(/\\s+/g, ' ').trim())"""
TIMES = "() => [...document.querySelectorAll('[data-time]')].map((one) => one.dataset.time)"
MISSING = """() => {
  const {lang, dir} = document.querySelector('.missing');
  return [lang, dir];
}"""


async def write(edge: Edge, number: int, start_ms: int, text: str, *, final: bool = True) -> None:
    """Append a version of a caption that lasts for three seconds."""
    caption = Caption(f"es-{number}", "es", start_ms, start_ms + 3_000, text, final)
    await edge.bus.append(keys.captions("talk", "es"), caption.to_json())


async def test_pieces_become_sentences_and_pauses_become_paragraphs(edge: Edge) -> None:
    await write(edge, 0, 0, "Cuando los vecinos\ntrabajan juntos,", final=False)
    await write(edge, 0, 0, "Cuando los vecinos\ntrabajan juntos, puede cambiar un")
    await write(edge, 1, 4_000, "valle.")
    await write(edge, 2, 8_000, "Es así.")
    await write(edge, 3, 16_000, "Recibamos […] invitado")
    async with chromium() as browser:
        page = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es", tapped=False)
        await page.wait_for_caption("invitado")
        await write(edge, 4, 20_000, "Diego.")
        await page.wait_for_caption("Diego.")
        assert await page.page.evaluate(PARAGRAPHS) == [
            "Cuando los vecinos trabajan juntos, puede cambiar un valle. Es así.",
            "Recibamos (A few words are missing here.) invitado Diego.",
        ]
        assert await page.page.evaluate(MISSING) == ["en", "ltr"]
        assert not page.errors


def stream(count: int, every_ms: int) -> str:
    """The stream of a talk that began at an hour, one caption after the other."""
    events = ["retry: 3600000", "event: state\ndata: " + json.dumps(STATE)]
    for number in range(count):
        end_ms = number * every_ms + 3_000
        caption = Caption(
            f"es-{number}", "es", end_ms - 3_000, end_ms, f"Frase {number}.", final=True
        )
        data = caption.to_json().decode()
        events.append(f"event: caption\nid: {BEGAN_MS + end_ms}-0\ndata: {data}")
    return "".join(f"{event}\n\n" for event in events)


async def test_a_long_talk_has_times_in_it_and_a_page_that_stays_small(edge: Edge) -> None:
    async with chromium() as browser:
        page = await browser.new_page(timezone_id="UTC", locale="de")
        body, headers = stream(240, 10_000), {"Content-Type": "text/event-stream"}
        await page.route("**/captions/es*", lambda route: route.fulfill(body=body, headers=headers))
        await page.goto(f"{edge.url}/e/talk?lang=es")
        await Attendee(page).wait_for_caption("Frase 239.")
        assert await page.evaluate(TIMES) == ["14:10", "14:15", "14:20", "14:25", "14:30", "14:35"]
        shown = await page.evaluate(PARAGRAPHS)
    assert shown == [f"Frase {number}." for number in range(40, 240)]
