"""`python -m tests.interpreter.languages`: spoken Spanish, French, Italian, Portuguese to English.

The natural voice speaks the prepared talk's translations, and the recogniser hears them. Word
errors are those of the recogniser and the voice together. The English is printed for people to
judge, with its chrF against the original.
"""

import argparse
import asyncio
import time
from datetime import date

import sacrebleu

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.speaking.natural_voice import NaturalVoice
from tests.benchmarks.cpu import machine
from tests.interpreter.human_speech import plain_words, silence, word_errors
from tests.interpreter.listening import listen

_PAUSE_MS = 1_200


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreter.languages")
    parser.add_argument("--sentences", type=int, default=8)
    parser.add_argument("--languages", default="es fr it pt")
    options = parser.parse_args()
    sentences = talk.load().sentences[: options.sentences]
    original = " ".join(one.text for one in sentences)
    print(f"{date.today()}, {machine()}")  # noqa: DTZ011 - a day for people
    voice = NaturalVoice(latest_s=600.0)
    for language in options.languages.split():
        texts = [one.translations[language] for one in sentences]
        began_s, sound = time.monotonic(), b""
        for text in texts:
            sound += (await voice.speak(text, language) or b"") + silence(_PAUSE_MS)
        spoken_s = len(sound) / 48_000 - len(texts) * _PAUSE_MS / 1000
        pace = (time.monotonic() - began_s) / spoken_s
        listening = await listen(sound, real_time=False)
        said = plain_words(" ".join(texts))
        errors = word_errors(said, plain_words(listening.text())) / len(said)
        found = sorted({one.language for one in listening.phrases()})
        print(f"{language}: {pace:.2f} s per spoken second, {errors:.0%} word errors, {found}")
        english = " ".join(one.english for one in listening.phrases())
        score = sacrebleu.corpus_chrf([english], [[original]]).score
        print(f"    English: chrF {score:.0f}")
        for one in listening.phrases():
            print(f"    {one.text} | {one.english or '(a sentence of the talk)'}")
    await voice.close()
    print("original:", original)


if __name__ == "__main__":
    asyncio.run(main())
