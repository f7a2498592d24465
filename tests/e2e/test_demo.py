"""`broadcaster demo`, as README promises it: translated speech and captions in eight languages."""

import asyncio
import re
import sys

import pytest

from broadcaster.commands.demo import LANGUAGES
from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking import voice
from tests.support.browser import Attendee, chromium
from tests.support.deadline import deadline
from tests.support.processes import started
from tests.support.sound import SURELY, WINDOW_S, Samples, matches, samples, surely

SENTENCES = talk.load().sentences
READ = 3
"""Sentences that must be read."""
LISTEN_S = 9.0
MORE_S = 5.0
RECENT_CHARACTERS = 600
"""Only the newest text is compared: it contains the newest sound, and takes less time than all."""

pytestmark = pytest.mark.browser


def shown(captions: str, language: str) -> list[talk.TalkSentence]:
    """The sentences of the talk that are on a page."""
    text = re.sub(r"\s", "", captions)
    return [
        sentence
        for sentence in SENTENCES
        if sentence.language != language
        and re.sub(r"\s", "", sentence.translations[language]) in text
    ]


async def heard_and_read(page: Attendee, tag: str) -> None:
    """Wait until enough of the talk is on a page, and surely heard from it.

    Windows across two sentences do not count, since the pause between them is not known.
    """
    in_voice = 0
    async with deadline(180):
        while True:
            heard, captions = await page.newly_heard(), await page.captions()
            read, recent = shown(captions, tag), shown(captions[-RECENT_CHARACTERS:], tag)
            spoken = await asyncio.to_thread(voiced, recent, tag)
            found = await asyncio.to_thread(matches, heard, spoken, WINDOW_S)
            in_voice += surely(found)
            print(f"{tag}: {len(read)} sentences read, {in_voice} windows surely heard")
            if len(read) >= READ and in_voice >= SURELY:
                return
            await asyncio.sleep(MORE_S)


def voiced(sentences: list[talk.TalkSentence], language: str) -> Samples:
    """Return the interpreter's words for these sentences."""
    texts = [sentence.spoken_text(language) for sentence in sentences]
    return samples(b"".join(voice.render_all(texts, language)))


async def test_the_demo_speaks_and_writes_eight_languages() -> None:
    command = [sys.executable, "-m", "broadcaster", "demo", "--port", "0"]
    async with started(command) as demo, chromium() as phones:
        link = (await demo.line(r"Listen and read: (\S+)"))[1]
        for start in range(0, len(LANGUAGES), 2):
            pair = LANGUAGES[start : start + 2]
            pages = {tag: await Attendee.open(phones, f"{link}?lang={tag}") for tag in pair}
            for page in pages.values():
                await page.listen()
                await page.record()
            await asyncio.sleep(LISTEN_S)
            for tag, page in pages.items():
                await heard_and_read(page, tag)
                await page.page.context.close()
                assert not page.errors
        assert not [line for line in demo.lines if "ERROR" in line or "Traceback" in line]
