"""The outputs of an engine that listens begin where the engine that speaks has stopped."""

from broadcaster.audio.blocks import Block
from broadcaster.booths.engines.engine import EngineOutput, SpeechOutput, TextOutput
from broadcaster.booths.floor.buffer import BLOCK_SAMPLES, FloorBuffer
from broadcaster.booths.sessions.standby import KeptOutputs
from broadcaster.model.audio import CLOCK_HZ

SPEECH, PAUSE = b"\x11\x11" * BLOCK_SAMPLES, bytes(2 * BLOCK_SAMPLES)
SENTENCE_S, PAUSE_S = 3.0, 1.0
TEXTS = ("Uno dos. ", "Tres cuatro. ", "Cinco seis. ")
END_S = len(TEXTS) * (SENTENCE_S + PAUSE_S)


def floor() -> FloorBuffer:
    """Sentences of three seconds, with a pause of one second after each."""
    buffer = FloorBuffer()
    for number in range(int(END_S * 5)):
        spoken = number % 20 < SENTENCE_S * 5
        buffer.push_floor_block(Block(number * BLOCK_SAMPLES, SPEECH if spoken else PAUSE))
    return buffer


def end(sentence: int, late_s: float = 0.0) -> int:
    """A position in the pause after a sentence."""
    begins_s = sentence * (SENTENCE_S + PAUSE_S)
    return int((begins_s + SENTENCE_S + PAUSE_S / 2 + late_s) * CLOCK_HZ)


def texts(outputs: list[EngineOutput]) -> str:
    return "".join(one.text for one in outputs if isinstance(one, TextOutput))


def kept(*outputs: EngineOutput) -> KeptOutputs:
    keeper = KeptOutputs(floor(), "es", 0)
    for output in outputs:
        keeper.add(output)
    return keeper


def sentences(late_s: float = 0.0) -> list[EngineOutput]:
    """Each sentence, and the rest of its sound."""
    return [
        output
        for number, text in enumerate(TEXTS)
        for output in (
            TextOutput(text, end(number, late_s)),
            SpeechOutput(SPEECH, end(number, late_s)),
        )
    ]


def test_what_was_said_is_dropped_with_the_sound_that_belongs_to_it() -> None:
    keeper = kept(*sentences())
    assert keeper.begins_at(0)
    keeper.drop_until(end(0))
    assert keeper.begins_at(end(0))
    assert not keeper.begins_at(end(1))
    assert texts(outputs := keeper.take()) == "Tres cuatro. Cinco seis. "
    assert isinstance(outputs[0], TextOutput)
    assert keeper.take() == []


def test_an_engine_that_is_a_little_later_has_finished_the_same_sentence() -> None:
    keeper = kept(*sentences(late_s=0.4))
    keeper.drop_until(end(1))
    assert keeper.begins_at(end(1))
    assert texts(keeper.take()) == "Cinco seis. "


def test_a_sentence_that_is_not_finished_yet_cannot_be_left_out() -> None:
    keeper = kept(*sentences()[:2], TextOutput("Tres ", end(1)))
    keeper.drop_until(end(1))
    assert not keeper.begins_at(end(1))


def test_a_text_may_hold_the_beginning_of_the_next_sentence() -> None:
    keeper = kept(
        TextOutput("Uno ", end(0)), TextOutput("dos. Tres ", end(1)), TextOutput("cuatro.", end(1))
    )
    keeper.drop_until(end(0))
    assert texts(keeper.take()) == "Tres cuatro."
