"""Turns of speakers: a cough does not begin one, and neither does a word in between."""

from broadcaster.floor.microphones.gain_sharing import BLOCK_MS, GainSharing
from broadcaster.floor.microphones.turn_taking import HOLD_MS, PAUSE_MS, TurnTaking

SPEECH, ROOM = 10 ** (-25 / 10), 10 ** (-62 / 10)


def hear(turns: TurnTaking, name: str, ms: int) -> None:
    for _ in range(ms // BLOCK_MS):
        turns.hear(name)


def test_the_word_begins_where_the_speaker_began() -> None:
    turns = TurnTaking()
    hear(turns, "", 1_000)
    hear(turns, "Chair", HOLD_MS - BLOCK_MS)
    assert not turns.speaker
    hear(turns, "Chair", BLOCK_MS)
    assert (turns.speaker, turns.began_ms) == ("Chair", HOLD_MS)
    hear(turns, "Panel", 200)
    hear(turns, "", 100)
    hear(turns, "Panel", HOLD_MS - 200)
    assert (turns.speaker, turns.began_ms) == ("Panel", HOLD_MS + 100)


def test_a_cough_and_an_interjection_change_nothing() -> None:
    turns = TurnTaking()
    hear(turns, "Chair", 2_000)
    for _ in range(5):
        hear(turns, "Panel", HOLD_MS - BLOCK_MS)
        hear(turns, "", PAUSE_MS)
    assert turns.speaker == "Chair"
    for _ in range(20):
        hear(turns, "Panel", HOLD_MS - BLOCK_MS)
        hear(turns, "Chair", BLOCK_MS)
    assert turns.speaker == "Chair"


def test_what_fades_does_not_sound() -> None:
    sharing = GainSharing()
    for _ in range(250):
        sharing.share({"chair": ROOM, "panel": ROOM})
    sounded = 0
    for number in range(100):
        sharing.share({"chair": SPEECH if number < 20 else ROOM, "panel": ROOM})
        sounded += sharing.sounding == "chair"
    assert 400 <= sounded * BLOCK_MS < HOLD_MS, "a cough of 0.4 s stays short"
