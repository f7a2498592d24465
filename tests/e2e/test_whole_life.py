"""An organizer walks the whole life of an event, on a real installation.

Everything is real: Redis, a server with all roles, the rehearsal server as the provider, a proxy
that ends TLS, Chromium with a microphone. The disk alone is not filled: its free space is changed.
Other verdicts of the sound check, such as a noisy room or a server that hangs, are provoked in
`tests/desk/check/` and `tests/audio/microphone/`.
"""

import asyncio
import shutil
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Dialog, Page, expect

from broadcaster.audio.file import read_pcm
from broadcaster.desk import erasure
from broadcaster.desk.check import runner
from broadcaster.rehearsal import talk
from tests.e2e.hearing import HEAR
from tests.e2e.life.desk import KEYNOTE, TALKS, WAIT_MS, Desk
from tests.e2e.life.left_over import places_with
from tests.e2e.life.microphones import faulty_microphones, sounds
from tests.e2e.life.site import Installation, installation
from tests.support.browser import Attendee, chromium_with_microphone, until, write_wav
from tests.support.deadline import deadline
from tests.support.server import Server
from tests.support.sound import RATE_HZ, samples

pytestmark = [pytest.mark.browser, pytest.mark.redis]

SENTENCES = talk.load().sentences
READS_TALK = """(sentences) => {
  const read = document.querySelector('#captions').textContent.replace(/\\s+/g, '');
  return sentences.some((sentence) => read.includes(sentence.replace(/\\s+/g, '')));
}"""
VISITOR: dict[str, Any] = {"ignore_https_errors": True, "reduced_motion": "reduce"}
PASSCODE = "Water-24"
AUDIT_LOG = "broadcaster:0:record:log.-"
"""It says that the event was deleted."""


async def test_an_organizer_walks_the_whole_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LEAST_INTERVAL_S", 0.0)
    monkeypatch.setattr(erasure, "TOMBSTONE_S", 1.0)
    monkeypatch.setattr(erasure, "SWEEP_EVERY_S", 0.2)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "chain.pem"))
    wav = tmp_path / "microphone.wav"
    await asyncio.to_thread(write_talk, wav)
    await asyncio.to_thread(sounds)
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(installation(tmp_path))
        browser = await stack.enter_async_context(chromium_with_microphone(wav))
        context = await browser.new_context(
            **VISITOR, locale="en-GB", viewport={"width": 1280, "height": 900}
        )
        async with site.served(converse_model="gpt-of-tomorrow") as server:
            desk = await Desk.signed_in(context, server.url)
            await desk.make_conference(tmp_path, datetime.now(UTC) + timedelta(hours=1))
            await check_what_is_broken(desk, site, monkeypatch)
        server = await stack.enter_async_context(site.served())  # with the right model
        await check_what_was_mended(desk, site)
        await check_microphones(desk, server)
        link = await desk.printed_code(KEYNOTE)
        assert link == f"{site.proxy.url}/e/{await desk.id_of(KEYNOTE)}"
        speaker = await speak(desk)
        attendee = await go_live(desk, browser, link)
        await change_while_live(desk)
        live = await live_view(desk)
        await hear_alarms(desk, live, site, speaker)
        await ask_for_a_passcode(desk, browser, link)
        await close_reopen_and_delete(desk, attendee, site, server)


def write_talk(path: Path) -> None:
    """The beginning of the prepared talk, for the speaker's microphone."""
    pcm = samples(b"".join(read_pcm(talk.load().audio_path)))
    write_wav(path, pcm[: 40 * RATE_HZ], RATE_HZ)


async def check_what_is_broken(
    desk: Desk, site: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong key, no credit, an unknown model, no way from outside, a full disk, no Redis."""
    await site.plan_fault(name="refuse_key", endpoint="translation")
    await site.plan_fault(name="refuse_quota", endpoint="transcription")
    disk = shutil.disk_usage(site.folder)._replace(free=10_000_000)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: disk)
        red = ("engine_translate", "engine_converse", "engine_transcribe", "disk", "address")
        await desk.check(KEYNOTE, dict.fromkeys(red, "red"))
    for check, words in (
        ("engine_translate", "key"),
        ("engine_converse", "model"),
        ("engine_transcribe", "credit"),
    ):
        await expect(desk.verdict(KEYNOTE, check, "red")).to_contain_text(words)
    await expect(desk.card(KEYNOTE).locator(".check-light")).to_contain_text("Needs you")
    await asyncio.to_thread(site.redis.kill)
    await desk.verdict(KEYNOTE, "store", "red").wait_for()
    await asyncio.to_thread(site.redis.start)
    await desk.verdict(KEYNOTE, "store", "green").wait_for()
    await site.end_faults()


async def check_what_was_mended(desk: Desk, site: Installation) -> None:
    """Engines and disk are green; the certificate has expired, until it is renewed."""
    await site.proxy.start(days=-3)
    await desk.state(KEYNOTE, "open")
    green = ("engine_translate", "engine_converse", "engine_transcribe", "store", "disk")
    await desk.check(KEYNOTE, {**dict.fromkeys(green, "green"), "certificate": "red"})
    await site.proxy.stop()
    await site.proxy.start(days=90)
    await desk.check(KEYNOTE, {"certificate": "green", "address": "green", "microphone": "grey"})


async def check_microphones(desk: Desk, server: Server) -> None:
    """Four stages, each with another fault."""
    faults = ("no_signal", "clipping", "hum", "one_channel_silent")
    stages = {await desk.id_of(title): fault for title, fault in zip(TALKS, faults, strict=True)}
    lights = ("red", "amber", "amber", "amber")
    words = ("muted", "distorts", "hum", "right channel is silent")
    async with faulty_microphones(server, stages):
        for title, light, word in zip(TALKS, lights, words, strict=True):
            verdict = desk.verdict(title, "microphone", light)
            await expect(verdict).to_contain_text(word, timeout=WAIT_MS)
        cable = desk.card(TALKS[-1]).locator(".stereo select")
        await cable.select_option("right")
        await desk.verdict(TALKS[-1], "microphone", "red").wait_for()
        await cable.select_option("auto")
        await desk.verdict(TALKS[-1], "microphone", "amber").wait_for()


async def speak(desk: Desk) -> Page:
    """The speaker opens the link and publishes; the check becomes green."""
    link = desk.card(KEYNOTE).locator("[data-needs='read_stage_key'] .link-text a")
    speaker = await desk.context.new_page()
    await speaker.goto(str(await link.get_attribute("href")))
    await speaker.click("#allow")
    await speaker.click("#publish")
    await speaker.wait_for_selector("#air[data-status='live']")
    await expect(speaker.locator(".heard-frame")).to_contain_text("not live yet", timeout=WAIT_MS)
    await desk.verdict(KEYNOTE, "microphone", "green").wait_for()
    return speaker


async def go_live(desk: Desk, browser: Browser, link: str) -> Attendee:
    """Nothing is red, so nothing is asked. A phone that scanned the code reads it."""
    asked: list[str] = []

    async def note(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await dialog.accept()

    desk.page.on("dialog", note)
    await desk.card(KEYNOTE).locator(".step[data-action='live']").click()
    await desk.state(KEYNOTE, "live")
    assert not asked
    phone = await browser.new_context(**VISITOR)
    attendee = Attendee(await phone.new_page())
    await attendee.page.goto(f"{link}?lang=es")
    said = [one.translations for one in SENTENCES]
    spanish = [texts["es"] for texts in said if "es" in texts]
    await until(attendee.page, READS_TALK, spanish)
    return attendee


async def change_while_live(desk: Desk) -> None:
    """German is added, and Spanish gets the other interpreter."""
    form = await desk.edit(KEYNOTE)
    await form.locator("#language-filter").fill("german")
    await form.locator("#language-list input[value='de']").check()
    await form.locator("[data-tag='de'] [name='always']").check()
    await desk.save()
    await expect(desk.channel(KEYNOTE, "de")).to_have_attribute(
        "data-state", "live", timeout=WAIT_MS
    )
    form = await desk.edit(KEYNOTE)
    await form.locator("[data-tag='es'] [name='interpreter']").select_option("converse")
    await desk.save()
    spanish = desk.channel(KEYNOTE, "es")
    await expect(spanish).to_contain_text("phrase by phrase", timeout=WAIT_MS)
    await expect(spanish).to_have_attribute("data-state", "live", timeout=WAIT_MS)


async def live_view(desk: Desk) -> Page:
    """The technician's page, with its sound on and measured, and short limits."""
    live = await desk.context.new_page()
    live.set_default_timeout(WAIT_MS)
    await live.goto(f"{desk.url}/desk/live/{await desk.id_of(KEYNOTE)}")
    await live.locator("#sound-on").click()
    await live.locator("[data-sound='on']").wait_for()
    await live.evaluate(HEAR)
    await live.locator(".limits summary").click()
    await live.locator("[name='booth_failed_s']").fill("1")
    await live.locator("[name='speaker_gone_s']").fill("3")
    await live.locator(".limits button[type='submit']").click()
    await live.locator(".limits [role='status']", has_text="Saved").wait_for()
    return live


async def heard(live: Page, alarm: str) -> None:
    """The alarm is shown, and its tone leaves the page."""
    await live.locator(f"[data-alarm='{alarm}']").wait_for()
    await live.evaluate("() => { window.loudest = 0; }")
    await until(live, "() => window.loudest > 0.1")


async def hear_alarms(desk: Desk, live: Page, site: Installation, speaker: Page) -> None:
    """A booth whose key is refused; then a speaker whose link is revoked."""
    await site.plan_fault(name="refuse_key", endpoint="translation")
    restart = desk.channel(KEYNOTE, "de").get_by_role("button", name="Restart")
    await restart.click()
    await heard(live, "booth_failed")
    await site.end_faults()
    await restart.click()
    await live.locator("[data-alarm='booth_failed']").wait_for(state="detached")

    await desk.revoke_stage_link(KEYNOTE)
    began = time.monotonic()
    async with deadline():
        await speaker.wait_for_selector("#air:not([data-status='live'])")
    print(f"the speaker was cut off after {time.monotonic() - began:.2f} s")
    await speaker.wait_for_selector("#air[data-status='refused']")
    await heard(live, "speaker_gone")
    await desk.page.locator("dialog.access .row.end button").click()
    await live.close()


async def ask_for_a_passcode(desk: Desk, browser: Browser, link: str) -> None:
    """Newcomers have to type it."""
    form = await desk.edit(KEYNOTE)
    await form.locator("[name='passcode']").fill(PASSCODE)
    await desk.save()
    context = await browser.new_context(**VISITOR)
    newcomer = await context.new_page()
    await newcomer.goto(f"{link}?lang=es")
    await newcomer.locator("#passcode").fill("Water-25")
    await newcomer.keyboard.press("Enter")
    await expect(newcomer.locator("#passcode-problem")).not_to_be_empty(timeout=WAIT_MS)
    await newcomer.locator("#passcode").fill(PASSCODE)
    await newcomer.keyboard.press("Enter")
    await newcomer.locator("#listen:visible").wait_for(timeout=WAIT_MS)
    await context.close()


async def close_reopen_and_delete(
    desk: Desk, attendee: Attendee, site: Installation, server: Server
) -> None:
    """Afterwards nothing of the event is left, but the note that it was deleted."""
    event = await desk.id_of(KEYNOTE)
    async with server.http.get(f"/api/events/{event}") as answer:
        code = (await answer.json())["code"]
    await desk.card(KEYNOTE).locator(".close").click()
    await desk.page.locator("#confirm-close").click()
    await desk.state(KEYNOTE, "closed")
    await attendee.page.locator("body[data-state='ended'], [data-state='ended']").first.wait_for()
    await desk.card(KEYNOTE).locator(".step[data-action='reopen']").click()
    await desk.state(KEYNOTE, "open")
    words = (event, KEYNOTE, code, PASSCODE, "agua")
    before = await places_with(site.redis.url, site.folder, words)
    assert all(before.values()), before  # they can be found
    await desk.delete(KEYNOTE)
    async with deadline():
        while True:
            left = await places_with(site.redis.url, site.folder, words)
            if set().union(*left.values()) <= {AUDIT_LOG}:
                break
            await asyncio.sleep(0.2)
