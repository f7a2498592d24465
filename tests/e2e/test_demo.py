"""`broadcaster demo`, as README promises it: translated speech and captions in eight languages."""

import asyncio
import re
import sys

import numpy as np
import pytest

from broadcaster.commands.demo import LANGUAGES
from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking import voice
from tests.support.browser import Attendee, chromium
from tests.support.deadline import deadline
from tests.support.processes import started
from tests.support.sound import SURELY, Samples, quick_matches, samples, surely

SENTENCES = talk.load().sentences
READ = 3
"""Sentences that must be read."""
AT_ONCE = 4
"""Pages that play at the same time."""
MORE_S = 3.0
RECENT_CHARACTERS = 300
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
    voices, in_voice, read = dict[str, Samples](), 0, list[talk.TalkSentence]()
    async with deadline(180):
        while len(read) < READ or in_voice < SURELY:
            await asyncio.sleep(MORE_S)
            heard, captions = await page.newly_heard(), await page.captions()
            read, recent = shown(captions, tag), shown(captions[-RECENT_CHARACTERS:], tag)
            texts = [sentence.spoken_text(tag) for sentence in recent]
            await asyncio.to_thread(render, voices, texts, tag)
            spoken = np.concatenate([np.zeros(0), *(voices[text] for text in texts)])
            in_voice += surely(await asyncio.to_thread(quick_matches, heard, spoken))
            print(f"{tag}: {len(read)} sentences read, {in_voice} windows surely heard")


def render(voices: dict[str, Samples], texts: list[str], language: str) -> None:
    """Add the interpreter's words for the texts that are not there yet."""
    new = [text for text in texts if text not in voices]
    if new:
        spoken = voice.render_all(new, language)
        voices.update(zip(new, map(samples, spoken), strict=True))


async def test_the_demo_speaks_and_writes_eight_languages() -> None:
    command = [sys.executable, "-m", "broadcaster", "demo", "--port", "0"]
    async with started(command) as demo, chromium() as phones:
        link = (await demo.line(r"Listen and read: (\S+)"))[1]
        for start in range(0, len(LANGUAGES), AT_ONCE):
            tags = LANGUAGES[start : start + AT_ONCE]
            pages = {tag: await Attendee.open(phones, f"{link}?lang={tag}") for tag in tags}
            for page in pages.values():
                notice = await page.page.text_content("#ai-notice-kept")
                assert notice in talk.load().ai_notice.values()
                await page.listen()
                await page.record()
            async with asyncio.TaskGroup() as checks:
                for tag, page in pages.items():
                    checks.create_task(heard_and_read(page, tag))
            for page in pages.values():
                await page.page.context.close()
                assert not page.errors
        assert not [line for line in demo.lines if "ERROR" in line or "Traceback" in line]
