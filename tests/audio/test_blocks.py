from broadcaster.audio.blocks import Blocks
from broadcaster.model.audio import CLOCK_HZ
from tests.audio.sounds import tone


def test_blocks_are_whole_and_in_place() -> None:
    blocks = Blocks(480)
    pieces = [(0, tone(0.03)), (720, tone(0.01)), (960, tone(0.02))]
    cut = [block for position, pcm in pieces for block in blocks.push(position, pcm)]
    assert [block.position for block in cut] == [0, 480, 960]
    assert all(len(block.pcm) == 960 for block in cut)


def test_a_short_gap_becomes_silence() -> None:
    blocks = Blocks(480)
    cut = blocks.push(0, b"\1\1" * 480) + blocks.push(960, b"\1\1" * 480)
    assert [block.position for block in cut] == [0, 480, 960]
    assert cut[1].pcm == bytes(960)


def test_a_long_gap_is_a_jump_and_loses_nothing_before_it() -> None:
    blocks = Blocks(480, longest_fill=CLOCK_HZ)
    cut = blocks.push(0, b"\1\1" * 100) + blocks.push(10 * CLOCK_HZ, b"\2\2" * 480)
    assert [block.position for block in cut] == [0, 10 * CLOCK_HZ]
    assert cut[0].pcm == b"\1\1" * 100 + bytes(760)


def test_what_was_already_passed_is_cut_off() -> None:
    blocks = Blocks(480)
    blocks.push(0, bytes(960))
    assert blocks.push(240, b"\1\1" * 720)[0].position == 480
    assert blocks.push(0, b"\1\1" * 480) == []


def test_time_that_passes_without_sound_is_silence() -> None:
    blocks = Blocks(480)
    assert blocks.advance_to(5000) == []
    blocks.push(4800, b"\1\1" * 240)
    cut = blocks.advance_to(6000)
    assert [block.position for block in cut] == [4800, 5280]
    assert cut[0].pcm == b"\1\1" * 240 + bytes(480)


def test_aligned_blocks_are_the_same_for_everybody() -> None:
    sound = tone(2.0, 440.0)
    early, late = Blocks(4_800, aligned=True), Blocks(4_800, aligned=True)
    cuts = []
    for blocks, begin in ((early, 480), (late, 14_880)):
        pieces = range(begin, 48_000, 480)
        cuts.append(
            {b.position: b.pcm for p in pieces for b in blocks.push(p, sound[2 * p :][:960])}
        )
    assert min(cuts[0]) == 4_800
    assert min(cuts[1]) == 19_200
    assert cuts[1].items() <= cuts[0].items()


def test_the_rest_is_a_shorter_block() -> None:
    blocks = Blocks(480)
    assert blocks.take_rest() is None
    blocks.push(0, tone(0.03))
    rest = blocks.take_rest()
    assert rest is not None
    assert (rest.position, rest.pcm) == (480, tone(0.03)[960:])
    assert blocks.take_rest() is None
    assert blocks.next_position == 720


def test_a_higher_rate_is_cut_on_the_same_clock() -> None:
    blocks = Blocks(480, rate_hz=48_000)
    assert blocks.push(0, b"\1" * 1_000) == []
    assert blocks.next_position == 250
    [first, second] = blocks.push(1_000, b"\2" * 4)
    assert (first.position, second.position) == (0, 480)
    assert first.pcm == b"\1" * 1_000 + bytes(920)
    assert blocks.next_position == 1_001
    assert len(second.pcm) == 1_920
