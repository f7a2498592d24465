"""A speaker's browser with an inverted cable: both pages say so, and the organizer chooses."""

import asyncio
from pathlib import Path

import pytest

from tests.audio.stereo.wirings import recorded_inverted
from tests.commands.publishers import stage
from tests.support.browser import chromium_with_microphone, until
from tests.support.processes import TOKEN

pytestmark = pytest.mark.browser
SHOWS = """([selector, words]) => {
  const shown = document.querySelector(selector);
  return shown !== null && !shown.hidden && shown.textContent.includes(words);
}"""


async def test_an_inverted_microphone_is_heard_and_explained(tmp_path: Path) -> None:
    microphone = await asyncio.to_thread(recorded_inverted, tmp_path)
    async with (
        stage(tmp_path / "data") as (whip, key, _),
        chromium_with_microphone(microphone) as browser,
    ):
        base = whip.partition("/whip/")[0]
        speaker = await browser.new_page(reduced_motion="reduce")
        await speaker.goto(f"{base}/stage/talk#key={key}")
        await speaker.click("#allow")
        await until(speaker, SHOWS, ["#loudness", "Good level"])
        await speaker.click("#publish")
        await until(speaker, SHOWS, ["#sound-fault", "left and right channels cancel"])
        await until(speaker, SHOWS, ["#sound-fault", "You are heard."])

        desk = await browser.new_page(reduced_motion="reduce")
        await desk.goto(f"{base}/desk?token={TOKEN}")
        cable = "section[data-event='talk'] .stereo"
        await until(desk, SHOWS, [f"{cable} .notice", "Only the left one is heard."])
        await until(desk, SHOWS, [cable, "takes left now"])
        await desk.select_option(f"{cable} select", "both")
        await until(desk, SHOWS, [f"{cable} .notice", "Both are mixed, as chosen"])
        await until(speaker, SHOWS, ["#sound-fault", "choose automatic stereo input"])
        await desk.select_option(f"{cable} select", "right")
        await until(speaker, SHOWS, ["#sound-fault", "You are heard."])
        await desk.reload()
        await until(desk, SHOWS, [f"{cable} .notice", "Only the right one is heard."])
        assert await desk.input_value(f"{cable} select") == "right"

        await speaker.click("#publish")
        await until(speaker, "() => document.querySelector('#sound-fault').hidden")
