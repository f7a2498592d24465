"""`python -m tests.interpreter.recordings`: ten seconds of each voice, from the demo's page.

It runs `broadcaster demo`, taps Listen on the phone's page in Chromium, and records what the page
plays. Ten seconds are kept that begin with a sentence and have no dropout: every moment is compared
with what the channel sent. While the machine is too busy the command listens on, and gives up after
a few minutes. Whisper base says which language it is and writes down what it hears.
"""

import argparse
import asyncio
import sys

import numpy as np

from broadcaster.commands.demo import EVENT, LANGUAGES
from broadcaster.rehearsal.render_voices import encoded
from broadcaster.rehearsal.talk import rendered
from tests.benchmarks.tables import Table, write
from tests.interpreter.documents import DOCUMENT, FOLDER
from tests.interpreter.judging import Listener, level_dbfs, pitch_hz
from tests.interpreter.steady_sound import steady_part
from tests.support.browser import Attendee, chromium
from tests.support.deadline import deadline
from tests.support.listener import Recording, recording
from tests.support.processes import started
from tests.support.sound import RATE_HZ, Samples

SECONDS, LISTENED_S, TIMES = 10, 45, 5
"""Length of a recording, how long the page is listened to for it, and how often that is tried."""
MOST_BYTES = 300_000
_COMMAND = "python -m tests.interpreter.recordings --write"
_STEP_S = 1.0
_SETTLED_S = 5.0
"""A player trims its buffer in its first seconds."""
_RECORDINGS = FOLDER / "voices"


async def recorded(page: Attendee, channel: Recording) -> Samples:
    """Ten seconds without a dropout, from the begin of a sentence.

    Raises:
        SystemExit: the page did not play steadily.
    """
    await page.listen()
    await asyncio.sleep(_SETTLED_S)
    await page.record()
    for _ in range(TIMES):
        sound = np.zeros(0)
        async with deadline(4 * LISTENED_S):
            while len(sound) < LISTENED_S * RATE_HZ:
                await asyncio.sleep(_STEP_S)
                sound = np.concatenate((sound, await page.newly_heard()))
        said = await asyncio.to_thread(lambda: channel.sound()[-2 * LISTENED_S * RATE_HZ :])
        part = await asyncio.to_thread(steady_part, sound, said, SECONDS)
        if part is not None:
            return part
        print(f"{LISTENED_S} s without {SECONDS} s in which nothing is missing", flush=True)
    raise SystemExit(
        "The page did not play steadily: the machine is too busy. Nothing was written. Run the "
        "command again when nothing else runs."
    )


def row(listener: Listener, language: str, sound: Samples) -> tuple[str, ...]:
    """The figures of one recording."""
    pcm = np.clip(np.rint(sound), -32_768, 32_767).astype("<i2").tobytes()
    heard, likely = listener.hear(pcm, language)
    first = max(likely, key=lambda one: likely[one])
    voice = "Kokoro" if language in rendered.load().languages() else "espeak-ng"
    return (
        f"[{language}](voices/{language}.opus)",
        voice,
        f"{level_dbfs(sound):.1f} dBFS",
        f"{pitch_hz(sound):.0f} Hz",
        f"{first} ({likely[first]:.2f})",
        heard.strip(),
    )


async def main() -> None:
    """Record, judge and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreter.recordings")
    parser.add_argument("--write", action="store_true", help=f"into {_RECORDINGS.name}/ and docs")
    options = parser.parse_args()
    command = [sys.executable, "-m", "broadcaster", "demo", "--port", "0"]
    sounds: dict[str, Samples] = {}
    async with started(command) as demo, chromium() as phones:
        link = (await demo.line(r"Listen and read: (\S+)"))[1]
        for language in LANGUAGES:
            page = await Attendee.open(phones, f"{link}?lang={language}")
            async with recording(link.removesuffix(f"/e/{EVENT}"), EVENT, language) as channel:
                sounds[language] = await recorded(page, channel)
            print(f"{language}: {await page.page.text_content('#ai-notice-kept')}", flush=True)
            await page.page.context.close()
    listener = await asyncio.to_thread(Listener)
    columns = ("recording", "voice", "level", "pitch", "language found", "Whisper hears")
    rows = tuple(row(listener, language, sound) for language, sound in sounds.items())
    table = Table("recordings", "Recorded from the page", _COMMAND, columns, rows)
    print(table.markdown())
    if options.write:
        files = {language: encoded(sound, 0) for language, sound in sounds.items()}
        assert sum(map(len, files.values())) <= MOST_BYTES
        _RECORDINGS.mkdir(exist_ok=True)
        for language, stream in files.items():
            (_RECORDINGS / f"{language}.opus").write_bytes(stream)
        write(table, DOCUMENT)


if __name__ == "__main__":
    asyncio.run(main())
