"""The delay of our own parts: to the interpreter, and from the interpreter to the loudspeaker."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import numpy as np
import pytest

from broadcaster.audio.file import read_pcm
from broadcaster.rehearsal import talk
from tests.support.browser import (
    KEEP_MICROPHONE,
    TAP,
    TAP_MICROPHONE,
    Attendee,
    Tapped,
    chromium,
    chromium_with_microphone,
    read_tap,
    write_wav,
)
from tests.support.deadline import deadline
from tests.support.probe import Probe, probing
from tests.support.processes import TOKEN, broadcaster
from tests.support.sound import RATE_HZ, matches, samples

UTTERANCES = int(os.environ.get("BROADCASTER_DELAY_UTTERANCES", "8"))
UTTERANCE_S = 1.0
PAUSE_S = 0.7
FRAME_S = 0.2
GENEROUS_S = 3.0
"""Far above what is printed: the test fails when something waits, not when a machine is busy."""

pytestmark = pytest.mark.browser


async def test_the_delay_of_our_own_parts(tmp_path: Path) -> None:
    speech = await asyncio.to_thread(lambda: b"".join(read_pcm(talk.load().audio_path)))
    wav = tmp_path / "microphone.wav"
    await asyncio.to_thread(write_wav, wav, samples(speech), RATE_HZ)
    async with AsyncExitStack() as stack:
        probe, realtime_url = await stack.enter_async_context(probing())
        serving = broadcaster(tmp_path, realtime_url=realtime_url, on_demand="false")
        url, _ = await stack.enter_async_context(serving)
        stage_link = await create_event(url)
        speakers = await stack.enter_async_context(chromium_with_microphone(wav))
        phones = await stack.enter_async_context(chromium())
        context = await speakers.new_context(bypass_csp=True, reduced_motion="reduce")
        await context.add_init_script(KEEP_MICROPHONE)
        speaker = await context.new_page()
        await speaker.goto(stage_link)
        await speaker.click("#allow")
        await speaker.click("#publish")
        await speaker.wait_for_selector("#air[data-status='live']")
        await speaker.evaluate(TAP_MICROPHONE, TAP)
        async with deadline():
            await probe.connected.wait()

        listener = await Attendee.open(phones, f"{url}/e/talk?lang=es")
        await listener.listen()
        await listener.record()
        await interpret(probe, speech)
        said, heard = await read_tap(speaker), await read_tap(listener.page)

    into = await asyncio.to_thread(into_the_interpreter, probe.appended, said)
    out = await asyncio.to_thread(out_of_the_interpreter, probe.sent, heard)
    report("microphone sample → append, newest sample of a frame", into)
    report("microphone sample → append, oldest sample of a frame", [d + FRAME_S for d in into])
    report("audio delta → sample played in the page", out)
    assert len(into) > 20
    assert len(out) > UTTERANCES / 2
    assert np.median(into) < GENEROUS_S
    assert np.median(out) < GENEROUS_S


async def interpret(probe: Probe, speech: bytes) -> None:
    """Say one piece of the talk after the other, as deltas of one second."""
    size = int(UTTERANCE_S * RATE_HZ) * 2
    for number in range(UTTERANCES):
        await probe.say(speech[number * size : (number + 1) * size])
        await asyncio.sleep(UTTERANCE_S + PAUSE_S)


def into_the_interpreter(appended: Sequence[tuple[float, bytes]], said: Tapped) -> list[float]:
    """Seconds from a frame's newest sample in the microphone to its arrival, per frame."""
    sound = samples(b"".join(pcm for _, pcm in appended))
    frames_per_window = round(1.0 / FRAME_S)
    delays = []
    for match in matches(sound, said.sound):
        if match.r < 0.8:
            continue
        first = round(match.at_s / FRAME_S)
        for number in range(first, min(first + frames_per_window, len(appended))):
            end_s = match.found_s + (number + 1) * FRAME_S - match.at_s
            delays.append(appended[number][0] - (said.seen_at_s + end_s))
    return delays


def out_of_the_interpreter(sent: Sequence[tuple[float, bytes]], heard: Tapped) -> list[float]:
    """Seconds from sending a delta to its first sample at the loudspeaker, per delta."""
    delays = []
    for sent_at, pcm in sent:
        delays += [
            heard.played_at_s + match.found_s - sent_at
            for match in matches(samples(pcm), heard.sound)
            if match.r > 0.8
        ]
    return delays


def report(what: str, delays_s: Sequence[float]) -> None:
    p50, p99 = np.percentile(delays_s, [50, 99]) * 1000
    print(f"{what}: p50 {p50:.0f} ms, p99 {p99:.0f} ms ({len(delays_s)} values)")


async def create_event(url: str) -> str:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    event = {"id": "talk", "title": "Water", "languages": ["es"]}
    async with aiohttp.ClientSession(url, headers=headers, raise_for_status=True) as http:
        async with http.post("/api/events", json=event) as answer:
            link: str = (await answer.json())["links"]["stage"]
        async with http.patch("/api/events/talk", json={"state": "live"}):
            return link
