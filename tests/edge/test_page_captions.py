"""The attendee page joins captions to paragraphs, says where words are missing, and shows times."""

import asyncio
import json

import pytest

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.edge.conftest import Edge
from tests.support.axe import violations
from tests.support.browser import Attendee, headless_shell, until
from tests.support.deadline import deadline

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
    async with headless_shell() as browser:
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
    async with headless_shell() as browser:
        page = await browser.new_page(timezone_id="UTC", locale="de")
        body, headers = stream(240, 10_000), {"Content-Type": "text/event-stream"}
        await page.route("**/captions/es*", lambda route: route.fulfill(body=body, headers=headers))
        await page.goto(f"{edge.url}/e/talk?lang=es")
        await Attendee(page).wait_for_caption("Frase 239.")
        assert await page.evaluate(TIMES) == ["14:10", "14:15", "14:20", "14:25", "14:30", "14:35"]
        shown = await page.evaluate(PARAGRAPHS)
    assert shown == [f"Frase {number}." for number in range(40, 240)]


FIRST_FRAME = """
new MutationObserver((_, observer) => {
  if (document.querySelector('[data-caption]') === null) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => {
    const {scrollTop, scrollHeight, clientHeight} = document.querySelector('#scroller');
    window.firstFrame = {above: scrollTop, below: scrollHeight - clientHeight - scrollTop};
  }));
}).observe(document, {childList: true, subtree: true});
"""


async def test_the_first_captions_are_shown_at_their_end_at_once(edge: Edge) -> None:
    """Not at their beginning, with a smooth way to the newest one."""
    for number in range(8):
        await write(edge, number, 10_000 * number, f"Frase {number} del valle.")
    async with headless_shell() as browser:
        page = await browser.new_page(viewport={"width": 360, "height": 640})
        await page.add_init_script(FIRST_FRAME)
        await page.goto(f"{edge.url}/e/talk?lang=es")
        await until(page, "() => window.firstFrame !== undefined")
        first = await page.evaluate("window.firstFrame")
        await page.context.close()
    assert first["above"] > 0
    assert abs(first["below"]) <= 1


LONG_TALK = 1_000
SHOWN = """() => [...document.querySelectorAll('#captions [data-caption]')]
  .map((caption) => Number(caption.dataset.caption.slice(3)))"""
PLACE = """(number) => document.querySelector(`[data-caption='es-${number}']`)
  ?.getBoundingClientRect().top ?? null"""


async def test_a_reader_who_scrolls_back_reaches_the_first_caption_and_the_newest_again(
    edge: Edge,
) -> None:
    for number in range(LONG_TALK):
        await write(edge, number, number * 8_000, f"Frase {number} de una charla sobre el agua.")
    async with headless_shell() as browser:
        attendee = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es", tapped=False)
        page = attendee.page
        await attendee.wait_for_caption(f"Frase {LONG_TALK - 1} ")
        shown = await page.evaluate(SHOWN)
        assert shown == list(range(LONG_TALK - 40, LONG_TALK))
        await page.hover("#scroller")
        async with deadline():
            while shown[0] > 0:
                await page.mouse.wheel(0, -4_000)
                await asyncio.sleep(0.02)
                shown = await page.evaluate(SHOWN)
                assert shown == list(range(shown[0], shown[-1] + 1)), "none is missing or doubled"
                assert len(shown) <= 450
        await write(edge, LONG_TALK, LONG_TALK * 8_000, "Lo más nuevo.")
        await write(edge, LONG_TALK + 1, (LONG_TALK + 1) * 8_000, "Y lo último.")
        assert await page.is_visible("#newest")
        async with deadline():
            while shown[-1] < 500:
                await page.mouse.wheel(0, 4_000)
                await asyncio.sleep(0.02)
                shown = await page.evaluate(SHOWN)
                assert shown == list(range(shown[0], shown[-1] + 1))
        await page.click("#newest")
        await attendee.wait_for_caption("Y lo último.")
        shown = await page.evaluate(SHOWN)
        assert shown == list(range(shown[0], LONG_TALK + 2))
        assert not attendee.errors


async def test_what_is_read_stays_in_its_place_while_earlier_captions_come(edge: Edge) -> None:
    for number in range(200):
        await write(edge, number, number * 8_000, f"Frase {number} de una charla sobre el agua.")
    async with headless_shell() as browser:
        attendee = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es", tapped=False)
        page = attendee.page
        await attendee.wait_for_caption("Frase 199 ")
        first = (await page.evaluate(SHOWN))[0]
        await page.evaluate("""() => {
          const scroller = document.querySelector('#scroller');
          scroller.dispatchEvent(new WheelEvent('wheel'));
          scroller.scrollTo({top: 300, behavior: 'instant'});
        }""")
        before = await page.evaluate(PLACE, first + 2)
        await until(page, f"() => document.querySelector('[data-caption=\\'es-{first - 1}\\']')")
        assert abs(await page.evaluate(PLACE, first + 2) - before) < 2
        await until(page, f"({PLACE})({first - 1}) < ({PLACE})({first})")


async def test_earlier_captions_join_the_paragraph_that_was_shown(edge: Edge) -> None:
    """The 41st caption from the end is the first half of a sentence."""
    for number in range(60):
        text = "El agua del valle" if number == 19 else f"es de todos, frase {number}."
        start_ms = 19 * 12_000 + 3_000 if number == 20 else number * 12_000
        await write(edge, number, start_ms, text)
    async with headless_shell() as browser:
        attendee = await Attendee.open(browser, f"{edge.url}/e/talk?lang=es", tapped=False)
        page = attendee.page
        await attendee.wait_for_caption("frase 59.")
        assert (await page.evaluate(PARAGRAPHS))[0] == "es de todos, frase 20."
        await page.hover("#scroller")
        async with deadline():
            while (await page.evaluate(SHOWN))[0] > 0:
                await page.mouse.wheel(0, -2_000)
                await asyncio.sleep(0.02)
        joined = [text for text in await page.evaluate(PARAGRAPHS) if text.endswith("frase 20.")]
        assert len(joined) == 1
        assert await page.evaluate(SHOWN) == list(range(60))


SPEAKERS = """() => [...document.querySelectorAll('#captions .paragraph')].map((paragraph) => [
  paragraph.querySelector('.speaker')?.textContent ?? '',
  [...paragraph.querySelectorAll('.caption')].map((one) => one.textContent).join(' '),
])"""
LABEL = """() => {
  const label = document.querySelector('.speaker');
  const edge = (one) => Math.round(one.getBoundingClientRect().right);
  const text = document.querySelector('.caption');
  return {
    atTheRight: edge(label.firstElementChild) === edge(label.parentElement) - 20,
    above: label.getBoundingClientRect().bottom <= text.getBoundingClientRect().top + 1,
  };
}"""


async def name(
    edge: Edge, number: int, speaker: str, text: str, *, final: bool = True, channel: str = "ar"
) -> None:
    start_ms = number * 3_000
    one = Caption(
        f"{channel}-{number}", channel, start_ms, start_ms + 2_900, text, final, speaker=speaker
    )
    await edge.bus.append(keys.captions("talk", channel), one.to_json())


async def test_the_page_names_each_speaker_once_and_keeps_right_to_left(edge: Edge) -> None:
    await name(edge, 0, "Chair <b>", "صباح الخير جميعا.")
    await name(edge, 1, "Chair <b>", "من يبدأ؟")
    await name(edge, 2, "Chair <b>", "أنا", final=False)
    async with headless_shell() as browser:
        page = await Attendee.open(browser, f"{edge.url}/e/talk?lang=ar", tapped=False)
        await page.wait_for_caption("أنا")
        assert await page.page.evaluate(SPEAKERS) == [
            ["Chair <b>", "صباح الخير جميعا. من يبدأ؟ أنا"]
        ]
        await name(edge, 2, "لمى 2", "أنا أبدأ.")
        await name(edge, 3, "لمى 2", "الماء حياة.")
        await name(edge, 4, "", "شكرا.")
        await page.wait_for_caption("شكرا.")
        assert await page.page.evaluate(SPEAKERS) == [
            ["Chair <b>", "صباح الخير جميعا. من يبدأ؟"],
            ["لمى 2", "أنا أبدأ. الماء حياة."],
            ["", "شكرا."],
        ]
        assert await page.page.evaluate(LABEL) == {"atTheRight": True, "above": True}
        assert await violations(page.page) == []
        assert not page.errors
