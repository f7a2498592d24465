"""Ids of channels and of their variants."""

import pytest

from broadcaster.model.variant import ChannelVariant, Coding, FloorLevel


@pytest.mark.parametrize(
    ("suffix", "floor", "coding"),
    [
        ("", FloorLevel.OFF, Coding.NORMAL),
        ("+floor", FloorLevel.QUIET, Coding.NORMAL),
        ("+evenfloor", FloorLevel.EVEN, Coding.NORMAL),
        ("+fec", FloorLevel.OFF, Coding.PROTECTED),
        ("+floor+fec", FloorLevel.QUIET, Coding.PROTECTED),
        ("+evenfloor+fec", FloorLevel.EVEN, Coding.PROTECTED),
        ("+low", FloorLevel.OFF, Coding.LOW_RATE),
        ("+floor+low", FloorLevel.QUIET, Coding.LOW_RATE),
        ("+evenfloor+low", FloorLevel.EVEN, Coding.LOW_RATE),
        ("+full", FloorLevel.OFF, Coding.FULL_BAND),
    ],
)
@pytest.mark.parametrize("channel", ["es", "pt-BR", "floor"])
def test_an_id_names_a_channel_and_its_variant(
    channel: str, suffix: str, floor: FloorLevel, coding: Coding
) -> None:
    variant = ChannelVariant.parse(channel + suffix)
    assert variant == ChannelVariant(channel, floor, coding)
    assert str(variant) == channel + suffix


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+floor",
        "+low",
        "es+fec+low",
        "es+low+fec",
        "es+low+floor",
        "es+fec+floor",
        "es+floor+floor",
        "es+floor+evenfloor",
        "es+",
        "es+fec ",
    ],
)
def test_an_unknown_id_is_read_without_loss(text: str) -> None:
    assert str(ChannelVariant.parse(text)) == text


@pytest.mark.parametrize("text", ["es+fec+floor", "es+low+floor", "es+fec+low", "es+low+fec"])
def test_suffixes_that_do_not_go_together_are_part_of_the_channel(text: str) -> None:
    assert ChannelVariant.parse(text).channel == text.rpartition("+")[0]
