"""Measure how exactly captions are timed: against the prepared talk, and against what is heard.

    python -m tests.benchmarks.bench_caption_times
    python -m tests.benchmarks.bench_caption_times --sentences 8 --languages es de --phrases ar

The prepared talk goes once through the whole broadcast and the rehearsal server, in real time.
Captions of the original are compared with the times of the sentences in the recording. Captions of
a translation are compared with the sound of its sentences, found in what a listener hears.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import numpy as np

from broadcaster.audio.file import read_pcm
from broadcaster.model.caption import Caption
from broadcaster.model.language import FLOOR
from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking.voice import render_all
from broadcaster.rehearsal.talk import TalkSentence
from tests.support.browser import write_wav
from tests.support.caption_times import (
    ChannelSound,
    HeardSentence,
    TimeErrors,
    compare,
    final_captions,
    heard_sentences,
    recording,
)
from tests.support.processes import TOKEN, broadcaster, rehearsal_server, started
from tests.support.sound import RATE_HZ, Samples, samples

SENTENCES = talk.load().sentences
LEAD_S = 3.0
"""Silence before the talk, in which all sessions are opened."""
AFTERWARDS_S = 20.0
"""Silence after it, in which all channels finish."""
PATIENCE_S = 60
"""Longest wait for the last caption of a channel."""
END_PAUSE_SAMPLES = 2_880
"""The voice adds this much silence to each sentence."""
GOALS_MS = {FLOOR: (300, 800)}
OTHER_GOALS_MS = (500, 1_500)
"""p50 and p95 above which the command fails."""


async def main(count: int, languages: Sequence[str], phrases: Sequence[str], *, each: bool) -> None:
    """Play the first sentences once and print the errors of every channel."""
    spoken = SENTENCES[:count]
    channels = [FLOOR, *languages, *phrases]
    with tempfile.TemporaryDirectory() as folder:
        sounds, captions = await play(Path(folder), spoken, languages, phrases)
    good = True
    print(f"{datetime.now(UTC):%Y-%m-%d}: {len(spoken)} sentences; errors in seconds")
    for channel in channels:
        said = await asyncio.to_thread(sentences_of, channel, spoken)
        heard = await asyncio.to_thread(heard_sentences, sounds[channel], said)
        errors = compare(captions[channel], heard, sounds[channel].jumps_ms)
        name = {FLOOR: "original"}.get(channel, channel)
        name += " phrase by phrase" if channel in phrases else ""
        good = report(name, errors, GOALS_MS.get(channel, OTHER_GOALS_MS)) and good
        if errors.disturbed:
            print(f"  the machine was too slow, so that {errors.disturbed} were not compared")
        if each:
            report_each(captions[channel], heard)
    if not good:
        raise SystemExit("the times are not good enough")


async def play(
    folder: Path, spoken: Sequence[TalkSentence], languages: Sequence[str], phrases: Sequence[str]
) -> tuple[Mapping[str, ChannelSound], dict[str, list[Caption]]]:
    """Play the talk once; return the sound and the captions of each channel."""
    wav = folder / "talk.wav"
    pcm = await asyncio.to_thread(lambda: samples(b"".join(read_pcm(talk.load().audio_path))))
    silence = [np.zeros(int(seconds * RATE_HZ)) for seconds in (LEAD_S, AFTERWARDS_S)]
    played = np.concatenate([silence[0], pcm[: (spoken[-1].end_ms + 200) * 24], silence[1]])
    await asyncio.to_thread(write_wav, wav, played, RATE_HZ)
    channels = [FLOOR, *languages, *phrases]
    async with AsyncExitStack() as stack:
        realtime_url = await stack.enter_async_context(rehearsal_server())
        serving = broadcaster(folder, realtime_url=realtime_url, on_demand="false")
        url, _ = await stack.enter_async_context(serving)
        chosen = [{"tag": one, "interpreter": "translate"} for one in languages]
        chosen += [{"tag": one, "interpreter": "converse"} for one in phrases]
        key = await create_event(url, chosen)
        sounds = await stack.enter_async_context(recording(url, channels))
        command = [sys.executable, "-m", "broadcaster", "publish", str(wav), f"{url}/whip/talk"]
        publishing = started(command, {"BROADCASTER_STAGE_KEY": key})
        speaker = await stack.enter_async_context(publishing)
        await speaker.line("on the floor")
        await asyncio.sleep(len(played) / RATE_HZ - AFTERWARDS_S / 2)
        captions = {channel: await all_captions(url, channel, spoken) for channel in channels}
        await asyncio.sleep(AFTERWARDS_S / 2)
    return sounds, captions


async def all_captions(url: str, channel: str, spoken: Sequence[TalkSentence]) -> list[Caption]:
    """The final captions of a channel, once it has written the last sentence."""
    written = [one.text if channel == FLOOR else one.translations.get(channel) for one in spoken]
    last = [text for text in written if text][-1].split()[-1]
    waited_s = 0
    while True:
        captions = await final_captions(url, channel)
        if (captions and last in captions[-1].text) or waited_s >= PATIENCE_S:
            return captions
        waited_s += 1
        await asyncio.sleep(1.0)


async def create_event(url: str, languages: Sequence[Mapping[str, str]]) -> str:
    """Create the event `talk`, live; return its stage key."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    event = {"id": "talk", "title": "Water", "languages": languages, "source_captions": True}
    async with aiohttp.ClientSession(url, headers=headers, raise_for_status=True) as http:
        async with http.post("/api/events", json=event) as answer:
            key: str = (await answer.json())["stage_key"]
        async with http.patch("/api/events/talk", json={"state": "live"}):
            return key


def sentences_of(channel: str, spoken: Sequence[TalkSentence]) -> list[tuple[str, Samples]]:
    """Each sentence as a channel writes and speaks it."""
    if channel == FLOOR:
        pcm = samples(b"".join(read_pcm(talk.load().audio_path)))
        return [(one.text, pcm[one.start_ms * 24 : one.end_ms * 24]) for one in spoken]
    translated = [one for one in spoken if channel in one.translations]
    sounds = render_all([one.spoken_text(channel) for one in translated], channel)
    return [
        (one.translations[channel], samples(pcm)[:-END_PAUSE_SAMPLES])
        for one, pcm in zip(translated, sounds, strict=True)
    ]


def report(name: str, errors: TimeErrors, goals_ms: tuple[int, int]) -> bool:
    """Print the errors of one channel; return whether they are within the goals."""
    print(f"{name}: {errors.captions} captions, {errors.inside} times inside a sentence", end="")
    print(f", {errors.unheard} of sentences that were not found in the sound")
    good = True
    for what, found in (("start", errors.starts), ("end", errors.ends)):
        if not found:
            print(f"  {what}: none compared")
            good = False
            continue
        p50, p95, most = np.percentile(np.abs(found), [50, 95, 100])
        early, late = min(found), max(found)
        good = good and p50 <= goals_ms[0] and p95 <= goals_ms[1]
        print(
            f"  {what}: p50 {p50 / 1000:.2f}, p95 {p95 / 1000:.2f}, most {most / 1000:.2f}"
            f" ({early / 1000:+.2f} to {late / 1000:+.2f}, {len(found)} compared)"
        )
    return good


def report_each(captions: Sequence[Caption], heard: Sequence[HeardSentence]) -> None:
    """Print the times of all captions and sentences, in the order of their starts."""
    lines = [
        (float(one.start_ms), float(one.end_ms), f"  caption  {one.text!r}") for one in captions
    ]
    lines += [
        (one.start_ms, one.end_ms or 0.0, f"  sentence {one.text!r}")
        for one in heard
        if one.start_ms is not None
    ]
    for start_ms, end_ms, text in sorted(lines):
        print(f"  {start_ms / 1000:8.2f} {end_ms / 1000:8.2f}{text}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=len(SENTENCES))
    parser.add_argument("--languages", nargs="*", default=["es", "de", "ja"])
    parser.add_argument("--phrases", nargs="*", default=["fr"])
    parser.add_argument("--each", action="store_true", help="print every caption and sentence")
    options = parser.parse_args()
    asyncio.run(main(options.sentences, options.languages, options.phrases, each=options.each))
