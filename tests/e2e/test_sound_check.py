"""A sound check as the organizer and the speaker see it, with a microphone and a real floor."""

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, Dialog, Page

from tests.audio.microphone.sounds import at_level, talk
from tests.audio.sounds import hum, numbers
from tests.support.axe import violations
from tests.support.browser import chromium_with_microphone, until, write_wav
from tests.support.processes import TOKEN
from tests.support.server import Server, running_server

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("SOUND_CHECK_PICTURES")
"""A folder for pictures of what is tested, to look at."""
VERDICT = """([check, light]) =>
  document.querySelector(`.check-row[data-check='${check}'][data-light='${light}']`)
"""
WIDER = """() => [
  ...document.querySelectorAll('.sound-check, .sound-check *, .check-light, .heard-frame'),
]
  .filter((one) => one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.className)"""
TEXT = """([selector, words]) => {
  const shown = document.querySelector(selector);
  return shown !== null && !shown.hidden && shown.textContent.includes(words);
}"""


async def looked_at(page: Page, name: str) -> None:
    """No rule of accessibility is broken, wide and narrow."""
    for width in (1280, 360):
        await page.set_viewport_size({"width": width, "height": 900})
        assert not await violations(page)
        assert await page.evaluate(WIDER) == []
        if PICTURES:
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)
                await page.screenshot(
                    path=f"{PICTURES}/{name}-{width}-{scheme}.png", full_page=True
                )
            await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 900})


async def desk_of(browser: Browser, server: Server) -> Page:
    desk = await browser.new_page(reduced_motion="reduce")
    await desk.goto(f"{server.url}/desk?token={TOKEN}")
    await until(desk, TEXT, ["section[data-event='talk'] .check-run", "Run the sound check"])
    return desk


async def test_the_organizer_and_the_speaker_see_each_fault(tmp_path: Path) -> None:
    wav = tmp_path / "microphone.wav"
    humming = at_level(talk(-24), -24) + numbers(hum(40, -38))
    await asyncio.to_thread(write_wav, wav, np.rint(humming), 24_000)
    async with (
        running_server(tmp_path / "data", on_demand=True) as server,
        chromium_with_microphone(wav) as browser,
    ):
        event = await server.create("es", {"tag": "pl"}, state="open")  # type: ignore[arg-type]
        desk = await desk_of(browser, server)
        await looked_at(desk, "desk-before")
        await desk.click(".check-run")
        for check, light in (
            ("engine_translate", "red"),
            ("engine_converse", "red"),
            ("engine_transcribe", "red"),
            ("microphone", "grey"),
            ("store", "green"),
            ("address", "amber"),
        ):
            await until(desk, VERDICT, [check, light])
        await until(desk, TEXT, [".check-light[data-light='red']", "Needs you"])
        await until(desk, TEXT, [".check-run", "Check again"])

        speaker = await browser.new_page(reduced_motion="reduce")
        await speaker.goto(f"{server.url}/stage/talk#key={event['stage_key']}")
        await speaker.click("#allow")
        await speaker.wait_for_selector("#publish:not([hidden])")
        await speaker.click("#publish")
        await until(speaker, TEXT, [".heard-frame", "Nobody hears you now"])
        await until(speaker, TEXT, [".heard-frame", "The event is not live yet."])
        await until(speaker, TEXT, [".heard-frame", "Your cable hums."])
        await until(desk, VERDICT, ["microphone", "amber"])
        await until(desk, TEXT, ["[data-check='microphone']", "Mains hum is heard."])
        await looked_at(desk, "desk-red")
        await looked_at(speaker, "stage-unheard")
        for page in (speaker, desk):
            await page.click(".heard")
            await until(page, TEXT, [".heard", "Stop listening"])

        asked: list[str] = []

        async def refuse(dialog: Dialog) -> None:
            asked.append(dialog.message)
            await dialog.dismiss()

        desk.once("dialog", refuse)
        await desk.click("section[data-event='talk'] .step")
        assert "Continuous interpreter" in asked[0]
        async with server.http.get("/api/events/talk") as answer:
            assert (await answer.json())["state"] == "open"
        desk.once("dialog", lambda dialog: dialog.accept())
        await desk.click("section[data-event='talk'] .step")
        await until(
            speaker,
            "() => !document.querySelector('.heard-frame').textContent.includes('live yet')",
        )
        await speaker.click("#publish")
        await until(speaker, "() => document.querySelector('.heard-frame').hidden")
        await until(speaker, "() => !document.documentElement.classList.contains('unheard')")
