"""Ids of channels and of their variants."""

import pytest

from broadcaster.model.variant import ChannelVariant, FloorLevel


@pytest.mark.parametrize(
    ("suffix", "floor", "with_fec"),
    [
        ("", FloorLevel.OFF, False),
        ("+floor", FloorLevel.QUIET, False),
        ("+evenfloor", FloorLevel.EVEN, False),
        ("+fec", FloorLevel.OFF, True),
        ("+floor+fec", FloorLevel.QUIET, True),
        ("+evenfloor+fec", FloorLevel.EVEN, True),
    ],
)
@pytest.mark.parametrize("channel", ["es", "pt-BR", "floor"])
def test_an_id_names_a_channel_and_its_variant(
    channel: str, suffix: str, *, floor: FloorLevel, with_fec: bool
) -> None:
    variant = ChannelVariant.parse(channel + suffix)
    assert variant == ChannelVariant(channel, floor, with_fec=with_fec)
    assert str(variant) == channel + suffix


@pytest.mark.parametrize(
    "text",
    ["", "+floor", "es+fec+floor", "es+floor+floor", "es+floor+evenfloor", "es+", "es+fec "],
)
def test_an_unknown_id_is_read_without_loss(text: str) -> None:
    assert str(ChannelVariant.parse(text)) == text


def test_suffixes_in_the_wrong_order_are_part_of_the_channel() -> None:
    assert ChannelVariant.parse("es+fec+floor").channel == "es+fec"
