import itertools
import logging
import random

import numpy as np
import pytest

from broadcaster.audio.opus import OpusEncoder, OpusFrameDecoder
from tests.webrtc.packets import FRAME_S, FRAME_TICKS, TOC_ONLY, Sender, speech

RNG = random.Random(1349)
DAMAGED = {
    "empty": b"",
    "one byte": b"\x4b",
    "TOC only": TOC_ONLY,
    "TOC only, 120 ms": b"\x1b\x86",
    "code 3 without frames": b"\x4b\x00",
    "code 3 with too many frames": b"\x4b\x3f",
    "truncated": speech()[60][:5],
    "half": speech()[60][: len(speech()[60]) // 2],
    "random": RNG.randbytes(80),
    "random, short": RNG.randbytes(3),
    "zeros": bytes(100),
    "ones": b"\xff" * 100,
    "oversized": RNG.randbytes(60_000),
    "speech with a tail": speech()[60] + bytes(2_000),
}


def test_each_packet_is_passed_on_at_once() -> None:
    sender = Sender()
    for number, packet in enumerate(speech()):
        sender.send(packet)
        assert len(sender.chunks) == number + 1
    assert (sender.sound.frames_lost, sender.sound.pauses) == (0, False)
    assert loudest_gap_ms(sender) == 0


def test_each_piece_has_its_full_band_from_the_same_moment() -> None:
    sender = Sender()
    for number, packet in enumerate(speech()):
        sender.send(packet if number != 100 else DAMAGED["empty"])
    for chunk in sender.chunks:
        assert len(chunk.full_band) == 2 * len(chunk.samples)
    narrow = np.concatenate([np.frombuffer(chunk.samples, "<i2") for chunk in sender.chunks])
    full = np.concatenate([np.frombuffer(chunk.full_band, "<i2") for chunk in sender.chunks])
    error = narrow[:40_000].astype(float) - full[:80_000:2]
    assert np.sqrt(np.mean(error**2)) < 0.02 * np.sqrt(np.mean(narrow.astype(float) ** 2))


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED.keys())
@pytest.mark.parametrize("repeated", [1, 2, 7])
@pytest.mark.parametrize("at", [0, 1, 50])
def test_a_damaged_packet_costs_its_own_time(damaged: bytes, repeated: int, at: int) -> None:
    sender = Sender()
    for packet in speech()[:at]:
        sender.send(packet)
    for _ in range(repeated):
        sender.send(damaged)
    for packet in speech()[at : at + 100]:
        sender.send(packet)
    before_the_first = repeated if at == 0 else 0
    frames = (at + repeated + 100) - before_the_first
    length_ms = len(sender.heard()) / 24
    assert frames * 20 - 5 <= length_ms <= (frames + 6 * before_the_first) * 20
    assert sender.sound.frames_lost <= repeated
    assert np.abs(sender.heard()[-24_000:]).reshape(-1, 480).max(axis=1).min() > 1_000
    steps = [b.rtp_time - a.rtp_time for a, b in itertools.pairwise(sender.chunks)]
    assert all(step >= 0 for step in steps)


def test_any_mixture_of_damage_leaves_the_rest_in_its_place() -> None:
    """A thousand packets, a third of them damaged, lost, repeated, late or from another clock."""
    chance = random.Random(7)
    for _ in range(20):
        sender = Sender()
        sender.send(speech()[0])
        for number in range(1, 200):
            match chance.randrange(12):
                case 0:
                    sender.send(chance.choice(list(DAMAGED.values())))
                case 1:
                    sender.send(chance.randbytes(chance.randrange(200)))
                case 2:
                    sender.lose()
                case 3:
                    sender.sequence -= chance.randrange(1, 4)
                    sender.timestamp -= FRAME_TICKS
                    sender.send(speech()[number % 200])
                case _:
                    sender.send(speech()[number % 200])
        for packet in speech()[:50]:
            sender.send(packet)
        assert np.abs(sender.heard()[-20_000:-1_000]).max() > 4_000


def test_packets_out_of_order_are_put_in_order() -> None:
    straight, swapped = Sender(), Sender()
    for packet in speech()[:101]:
        straight.send(packet)
    swapped.send(speech()[0])
    for first, second in zip(speech()[1:101:2], speech()[2:101:2], strict=True):
        swapped.lose()
        swapped.send(second)
        swapped.sequence -= 2
        swapped.timestamp -= 2 * FRAME_TICKS
        swapped.send(first)
        swapped.lose()
    assert np.array_equal(swapped.heard(), straight.heard())
    assert swapped.sound.frames_lost == 0


def test_what_waits_for_a_lost_packet_comes_after_80_ms() -> None:
    sender = Sender()
    sender.send(speech()[0])
    sender.lose()
    sender.send(speech()[2])
    assert len(sender.chunks) == 1
    sender.pause(0.1)
    assert len(sender.chunks) == 2
    assert sender.sound.frames_lost == 1


@pytest.mark.parametrize("says_so", [True, False])
def test_a_pause_is_not_loss(*, says_so: bool) -> None:
    """DTX: the timestamp moves on, the sequence number does not."""
    sender = Sender()
    for _ in range(4):
        for packet in speech()[:20]:
            sender.send(packet)
        if says_so:
            sender.send(TOC_ONLY)
            assert sender.sound.pauses
        sender.pause(0.38)
    sender.send(speech()[20])
    assert sender.sound.frames_lost == 0
    assert sender.sound.pauses is not says_so
    assert len(sender.heard()) / 24 == pytest.approx(4 * (400 + says_so * 20 + 380) + 20, abs=2)


def test_a_stall_of_the_network_is_not_a_pause() -> None:
    """All packets come, late and at once."""
    sender = Sender()
    for packet in speech()[:20]:
        sender.send(packet)
    sender.now_s += 0.7
    for packet in speech()[20:60]:
        sender.send(packet)
        sender.now_s -= FRAME_S
    assert (sender.sound.frames_lost, sender.sound.pauses) == (0, False)


def test_packets_that_cannot_be_decoded_are_not_silence(caplog: pytest.LogCaptureFixture) -> None:
    sender = Sender()
    with caplog.at_level(logging.WARNING):
        for _ in range(600):
            sender.send(b"\x4b\x00")
    assert sender.sound.last_decoded_s is None
    assert sender.sound.last_undecodable_s == pytest.approx(sender.now_s - FRAME_S)
    assert len(caplog.records) == 2
    assert caplog.records[-1].getMessage().endswith("(undecodable_audio)")


def test_padding_is_neither_sound_nor_loss() -> None:
    sender = Sender()
    for packet in speech()[:50]:
        sender.send(packet)
        sender.timestamp -= FRAME_TICKS
        sender.send(b"")
    assert sender.sound.frames_lost == 0
    assert sender.sound.last_undecodable_s is None


@pytest.mark.parametrize(("ssrc", "jump"), [(1, 5_000), (1, -5_000), (2, 3), (2, 40_000)])
def test_a_sender_that_begins_again_is_heard_at_once(ssrc: int, jump: int) -> None:
    sender = Sender()
    for packet in speech()[:50]:
        sender.send(packet)
    sender.sequence += jump
    sender.timestamp += 1_000_000_000
    for packet in speech()[50:100]:
        sender.send(packet, ssrc=ssrc)
    assert len(sender.chunks) == 100
    assert len(sender.heard()) / 24 == pytest.approx(2_000, abs=5)
    assert sender.sound.frames_lost == 0


def test_a_sender_may_change_the_length_of_its_packets() -> None:
    sender = Sender()
    for packet in speech()[:50]:
        sender.send(packet)
    encoder = OpusEncoder(1_440)
    for _ in range(20):
        sender.send(encoder.encode(bytes(2_880)))
        sender.pause(0.04)
    assert sum(len(chunk.samples) for chunk in sender.chunks[-19:]) == 19 * 2_880
    assert sender.sound.frames_lost == 0


def test_a_decoder_in_its_end_state_is_replaced() -> None:
    decoder = OpusFrameDecoder("stereo")
    for packet in speech()[:5]:
        assert decoder.decode(packet)
    decoder._codec.decode(None)
    assert [frame.samples for frame in decoder.decode(speech()[5])] == [960]


def loudest_gap_ms(sender: Sender) -> float:
    """Longest part of the sound without any, after the encoder's first milliseconds."""
    heard = np.abs(sender.heard()[960:])
    quiet = heard[: len(heard) // 48 * 48].reshape(-1, 48).max(axis=1) < 100
    longest = max((len(list(run)) for silent, run in itertools.groupby(quiet) if silent), default=0)
    return longest * 2
