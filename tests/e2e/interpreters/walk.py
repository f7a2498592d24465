"""The walk: the AI, a human, her partner, a lost network, the AI again, the partner again, the AI.

French is interpreted by Ana and Luc in turns, and Portuguese from French, by an interpreter that
repeats what it hears. The captions of Ana and Luc name the one who is heard. What listeners of both
channels got is measured afterwards, on the clock of the event.
"""

import asyncio
import itertools
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np

from broadcaster.audio.file import read_pcm
from broadcaster.audio.opus import OpusDecoder
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.rehearsal import talk
from broadcaster.webrtc.clients.publisher import publishing
from tests.e2e.interpreters.consoles import ConsolePage, console
from tests.e2e.interpreters.sites import SiteOf
from tests.e2e.interpreters.voices import ANA, LUC, PILOT_PEAK, WINDOW_S, Voice, longest_run_s, loud
from tests.support.deadline import deadline
from tests.support.echoing import echoing
from tests.support.listener import Recording, recording
from tests.support.processes import TOKEN, rehearsal_server
from tests.support.sound import Samples, quick_matches, samples

TURN_S = 6.0
"""Least length of each part of the walk."""
SETTLED_S = 0.7
"""Around a change nobody is asked whether the other one is silent."""
MOST_BEHIND_S = 8.0
"""The Portuguese is less behind the French than this."""
CHANNELS = ("fr", "pt", "es", "floor", "fr+floor")
"""The channels of the five listeners."""
LANGUAGES = [
    {"tag": "fr", "always": True},
    {"tag": "pt", "always": True, "relay_from": "fr"},
    {"tag": "es", "always": True},
]


@dataclass(slots=True)
class Walk:
    """The steps that were taken, and the sound and captions that listeners got.

    Attributes:
        sound: of each channel on the event's clock, at 24 kHz, silence where nothing came.
        at_s: seconds of the event's clock at which each step was taken.
        captions: the French captions: start, end in seconds, text.
        people: the voice that the desk names after each step, the interpreter, and the reason.
    """

    sound: dict[str, Samples] = field(default_factory=dict)
    at_s: dict[str, float] = field(default_factory=dict)
    captions: list[tuple[float, float, str]] = field(default_factory=list)
    people: list[tuple[str, str, str]] = field(default_factory=list)

    def heard_after_s(self, voice: Voice, step: str) -> float:
        """Seconds from a step until a human was heard on the French channel."""
        return self._first_s(voice.on_air(self._from("fr", step)))

    def gone_after_s(self, voice: Voice, step: str) -> float:
        """Seconds from a step until a human was not heard any more."""
        return self._first_s(~voice.on_air(self._from("fr", step)))

    def between_s(self) -> float:
        """Seconds between the last of Ana and the first of Luc, when she hands over to him."""
        sound = self._from("fr", "handover")
        luc_begins = int(np.argmax(LUC.on_air(sound)))
        ana_ends = int(np.flatnonzero(ANA.on_air(sound)[: luc_begins + 1])[-1])
        return max(0, luc_begins - ana_ends - 1) * WINDOW_S

    def relay_late_s(self, voice: Voice, step: str) -> float:
        """Seconds from the first of a human on French until the Portuguese repeats it."""
        repeated = self._first_s(voice.on_air(self._from("pt", step)))
        return repeated - self.heard_after_s(voice, step)

    def relay_fit(self, voice: Voice, step: str, ends: str, channel: str) -> float:
        """How well the Portuguese fits another channel while it repeats a human: the median of r.

        The other channel is compared as far back as the Portuguese may be behind.
        """
        portuguese = self._repeated(voice, step, ends)
        start = int((self.at_s[step] - MOST_BEHIND_S) * CLOCK_HZ)
        end = int((self.at_s[ends] + MOST_BEHIND_S) * CLOCK_HZ)
        found = quick_matches(portuguese, self.sound[channel][max(0, start) : end])
        return float(np.median([one.r for one in found])) if found else 0.0

    def relay_leak_db(self, voice: Voice, off: Voice, step: str, ends: str) -> float:
        """How loud another human is on the Portuguese while it repeats this one."""
        piece = self._repeated(voice, step, ends)
        level, own = (float(one.levels(piece, piece.size / CLOCK_HZ)[0]) for one in (off, voice))
        return 20 * float(np.log10(max(level, 1e-3) / max(own, 1e-3)))

    def _repeated(self, voice: Voice, step: str, ends: str) -> Samples:
        """The Portuguese while it repeats a human, without the first and last moments."""
        late_s = self.relay_late_s(voice, step)
        start = self.at_s[step] + self._change_s(step) + late_s
        end = self.at_s[ends] - SETTLED_S + late_s
        return self.sound["pt"][int(start * CLOCK_HZ) : int(end * CLOCK_HZ)]

    def both_s(self) -> float:
        """Seconds in which both humans were heard."""
        sound = self.sound["fr"]
        return float(np.sum(ANA.on_air(sound) & LUC.on_air(sound))) * WINDOW_S

    def longest_silence_s(self, step: str, seconds: float = 6.0) -> float:
        """The longest silence on the French channel from a step on, while somebody speaks.

        The Spanish channel tells when that is: its AI interprets the same speaker all the time.
        """
        size = int(seconds * CLOCK_HZ)
        french, spanish = (self._from(channel, step)[:size] for channel in ("fr", "es"))
        return longest_run_s(~loud(french) & loud(spanish))

    def leak_db(self, voice: Voice, begins: str, ends: str) -> float:
        """How loud a human was between two steps who should not be heard, against their own level.

        The first and last moments, where the change is under way, are left out.
        """
        start = self.at_s[begins] + self._change_s(begins)
        end = self.at_s[ends] - SETTLED_S
        piece = self.sound["fr"][int(start * CLOCK_HZ) : int(end * CLOCK_HZ)]
        level = float(voice.levels(piece, piece.size / CLOCK_HZ)[0])
        return 20 * float(np.log10(max(level, 1e-3) / PILOT_PEAK))

    def texts_between(self, begins: str, ends: str) -> list[str]:
        """The French captions that begin between two steps."""
        start, end = self.at_s[begins], self.at_s[ends]
        return [text for at, _, text in self.captions if start <= at < end]

    def _change_s(self, step: str) -> float:
        return {"handover": 7.0}.get(step, 2.5)

    def _from(self, channel: str, step: str) -> Samples:
        return self.sound[channel][int(self.at_s[step] * CLOCK_HZ) :]

    @staticmethod
    def _first_s(windows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
        return float(np.argmax(windows)) * WINDOW_S if windows.any() else float("inf")


async def walk(site_of: SiteOf, folder: Path) -> Walk:
    """Take the walk on a site."""
    done = Walk()
    async with AsyncExitStack() as stack:
        realtime_url = await stack.enter_async_context(rehearsal_server())
        front = echoing(realtime_url, ["pt"], {"fr": _sentences()})
        engines_url = await stack.enter_async_context(front)
        site = await stack.enter_async_context(site_of(folder, engines_url))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        http = await stack.enter_async_context(
            aiohttp.ClientSession(site.url, headers=headers, raise_for_status=True)
        )
        key = await _create(http)
        links = {voice.name: await _invite(http, voice.name) for voice in (ANA, LUC)}
        await _json(http, "POST", "/api/events/talk/live")
        speech = await asyncio.to_thread(lambda: b"".join(read_pcm(talk.load().audio_path)))
        speaker = publishing(http, f"{site.url}/whip/talk", key, itertools.repeat(speech))
        await stack.enter_async_context(speaker)
        recordings = {
            channel: await stack.enter_async_context(recording(site.url, "talk", channel))
            for channel in CHANNELS
        }
        ana = await stack.enter_async_context(console(ANA, links["Ana"], folder))
        luc = await stack.enter_async_context(console(LUC, links["Luc"], folder))
        steps = _Steps(done, http, recordings["floor"])
        await _speaks(recordings["fr"])
        await _take_steps(steps, ana, luc)
        done.captions = await _captions(http, "fr")
        for channel, record in recordings.items():
            done.sound[channel] = _placed(record)
    return done


@dataclass(frozen=True, slots=True)
class _Steps:
    done: Walk
    http: aiohttp.ClientSession
    floor: Recording

    def take(self, name: str) -> None:
        """Note when a step is taken: as much of the floor was heard until then."""
        self.done.at_s[name] = self.floor.frames[-1].position / CLOCK_HZ

    async def status(self, channel: str) -> dict[str, Any]:
        """The status of a channel on the desk."""
        body = await _json(self.http, "GET", "/api/events/talk/status")
        found: dict[str, Any] = next(one for one in body["channels"] if one["channel"] == channel)
        return found

    async def says(self, **wanted: str) -> None:
        """Wait until the desk says this of the French channel."""
        async with deadline(25):
            while not wanted.items() <= (status := await self.status("fr")).items():
                await asyncio.sleep(0.2)
        said = (status["on_air"], status["on_air_name"], status["on_air_reason"])
        self.done.people.append(said)

    async def last_a_turn(self) -> None:
        """Wait for as long as a part lasts, and then until something of it is written.

        On a busy machine the AI is seconds behind.
        """
        await asyncio.sleep(TURN_S)
        begun_s = list(self.done.at_s.values())[-1]
        async with deadline(60):
            while all(start < begun_s for start, _, _ in await _captions(self.http, "fr")):
                await asyncio.sleep(0.5)


async def _take_steps(steps: _Steps, ana: ConsolePage, luc: ConsolePage) -> None:
    steps.take("ai")
    await steps.last_a_turn()
    steps.take("take")
    await ana.press("t")
    await ana.reaches("on-air")
    await steps.says(on_air="human", on_air_name="Ana")
    await luc.reaches("partner")
    await steps.last_a_turn()
    steps.take("handover")
    await ana.press("h")
    await luc.reaches("on-air")
    await steps.says(on_air="human", on_air_name="Luc")
    await steps.last_a_turn()
    steps.take("lost")
    luc.lose_network()
    await steps.says(on_air="ai", on_air_reason="connection_lost")
    await luc.reaches("offline")
    await steps.last_a_turn()
    steps.take("back")
    luc.find_network()
    await luc.reaches("on-air")
    await steps.says(on_air="human", on_air_name="Luc")
    await steps.last_a_turn()
    steps.take("release")
    await luc.press("a")
    await luc.reaches("ai")
    await steps.says(on_air="ai", on_air_reason="by_hand")
    await steps.last_a_turn()
    steps.take("end")
    await asyncio.sleep(2.0)  # the last captions become final


def _sentences() -> Callable[[bytes], str]:
    """Writes who is heard, in numbered sentences."""
    numbers = itertools.count(1)

    def write(pcm: bytes) -> str:
        sound = samples(pcm)
        size_s = sound.size / CLOCK_HZ
        level, name = max((float(one.levels(sound, size_s)[0]), one.name) for one in (ANA, LUC))
        return f"{name} dit la phrase {next(numbers)}." if level > PILOT_PEAK / 10 else ""

    return write


async def _create(http: aiohttp.ClientSession) -> str:
    body = {"id": "talk", "title": "Water", "languages": LANGUAGES, "downloads": True}
    event = await _json(http, "POST", "/api/events", body)
    return str(event["stage_key"])


async def _invite(http: aiohttp.ClientSession, name: str) -> str:
    body = {"name": name, "role": "interpreter", "channel": "fr"}
    return str((await _json(http, "POST", "/api/events/talk/tokens", body))["link"])


async def _json(
    http: aiohttp.ClientSession, method: str, path: str, body: dict[str, Any] | None = None
) -> Any:
    async with http.request(method, path, json=body) as answer:
        return await answer.json()


async def _speaks(record: Recording) -> None:
    """Wait until the AI is heard."""
    async with deadline():
        while not loud(record.recent_sound()[-2 * CLOCK_HZ :]).any():
            await asyncio.sleep(0.5)


_CUE = re.compile(r"(?:(\d+):)?(\d+):([\d.]+) --> (?:(\d+):)?(\d+):([\d.]+)[^\n]*\n(.*)", re.DOTALL)


async def _captions(http: aiohttp.ClientSession, channel: str) -> list[tuple[float, float, str]]:
    async with http.get(f"/e/talk/transcript/{channel}.vtt") as answer:
        cues = (await answer.text()).split("\n\n")
    found = []
    for cue in cues:
        if match := _CUE.search(cue):
            h0, m0, s0, h1, m1, s1, text = match.groups(default="0")
            start = int(h0) * 3600 + int(m0) * 60 + float(s0)
            end = int(h1) * 3600 + int(m1) * 60 + float(s1)
            found.append((start, end, " ".join(text.split())))
    return found


def _placed(record: Recording) -> Samples:
    """The sound of a channel on the event's clock."""
    decoder = OpusDecoder()
    pieces = [(frame.position, samples(decoder.decode(frame.payload))) for frame in record.frames]
    sound = np.zeros(max(position + piece.size for position, piece in pieces))
    for position, piece in pieces:
        sound[position : position + piece.size] = piece
    return sound
