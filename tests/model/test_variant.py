"""Ids of channels and of their variants."""

import pytest

from broadcaster.model.variant import ChannelVariant


@pytest.mark.parametrize(
    ("suffix", "with_floor", "with_fec"),
    [
        ("", False, False),
        ("+floor", True, False),
        ("+fec", False, True),
        ("+floor+fec", True, True),
    ],
)
@pytest.mark.parametrize("channel", ["es", "pt-BR", "floor"])
def test_an_id_names_a_channel_and_its_variant(
    channel: str, suffix: str, *, with_floor: bool, with_fec: bool
) -> None:
    variant = ChannelVariant.parse(channel + suffix)
    assert variant == ChannelVariant(channel, with_floor=with_floor, with_fec=with_fec)
    assert str(variant) == channel + suffix


@pytest.mark.parametrize("text", ["", "+floor", "es+fec+floor", "es+floor+floor", "es+", "es+fec "])
def test_an_unknown_id_is_read_without_loss(text: str) -> None:
    assert str(ChannelVariant.parse(text)) == text


def test_suffixes_in_the_wrong_order_are_part_of_the_channel() -> None:
    assert ChannelVariant.parse("es+fec+floor").channel == "es+fec"
