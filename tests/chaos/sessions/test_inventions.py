"""The provider writes and says sentences that nobody said, while the floor hums.

Booths of all three engines hear hum, two sentences, hum, two more sentences, and hum again. Every
session invents a sentence in each stretch of hum. Nothing of that may be shown, and no word of the
talk may be missing.
"""

import asyncio

from broadcaster.audio.file import read_pcm
from broadcaster.rehearsal import talk
from tests.audio.sounds import hum
from tests.chaos.rehearsed import (
    SENTENCES,
    BoothCase,
    Fault,
    conversers,
    run_booths,
    translators,
    writers,
)

HUM_DBFS = -38.0
FIRST_HUM_S, HUM_S = 12.0, 26.0
INVENTED_AFTER_S = 17.0
"""So long after speech it is answered, and nothing more can be real."""


def sentences_pcm(first: int, last: int) -> bytes:
    pcm = b"".join(read_pcm(talk.load().audio_path))
    return pcm[(SENTENCES[first].start_ms - 150) * 48 : (SENTENCES[last].end_ms + 150) * 48]


def floor() -> tuple[bytes, list[float]]:
    """The sound, and a second in each stretch of hum at which a sentence is invented."""
    first, second = sentences_pcm(0, 1), sentences_pcm(2, 3)
    parts = [hum(FIRST_HUM_S, HUM_DBFS), first, hum(HUM_S, HUM_DBFS), second, hum(HUM_S, HUM_DBFS)]
    ends_s = [sum(map(len, parts[: number + 1])) / 48_000 for number in range(len(parts))]
    return b"".join(parts), [6.0, ends_s[1] + INVENTED_AFTER_S, ends_s[3] + INVENTED_AFTER_S]


async def test_no_sentence_that_nobody_said_is_shown() -> None:
    pcm, invented_s = await asyncio.to_thread(floor)
    teams: dict[str, list[BoothCase]] = {
        "translation": translators("es", "de"),
        "transcription": writers(2),
        "conversation": conversers("fr", "it"),
    }
    faults: list[Fault] = [
        {"name": "invent", "endpoint": endpoint, "at_s": at_s, "times": len(teams[endpoint])}
        for endpoint in ("translation", "transcription")
        for at_s in invented_s
    ]
    # Phrase by phrase, a session hears nothing but what may be speech: the beginning of the hum.
    faults.append({"name": "invent", "endpoint": "conversation", "times": None})
    cases = [case for team in teams.values() for case in team]
    result = await run_booths(cases, faults, 4, floor=pcm)
    for case, received in result.received.items():
        print(f"{case!s:30} {received.text.outcome}, {received.withheld_texts} held back")
    assert all(result.triggered), result.triggered
    for case, received in result.received.items():
        assert received.text.outcome.right, f"{case}: {received.text.written}"
        assert received.withheld_texts, case
        assert set(received.state_names) == {"idle", "connecting", "live"}, case
