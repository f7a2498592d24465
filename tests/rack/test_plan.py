"""The words of `broadcaster play`: which channel goes to which output."""

import pytest

from broadcaster.rack.aes67 import first_address, network_card, sent_streams
from broadcaster.rack.plan import RackChannel, WrongRackPlan, event_link, rack_channels


def test_channels_take_the_outputs_in_order() -> None:
    channels = rack_channels(("floor", "es+floor", "fr"), ("fr=250ms",))
    assert channels == (
        RackChannel("floor", (1,)),
        RackChannel("es+floor", (2,)),
        RackChannel("fr", (3,), 250),
    )


def test_a_channel_can_name_its_outputs() -> None:
    channels = rack_channels(("es=3,4", "fr", "pt-BR=1"), ())
    assert [(one.name, one.outputs) for one in channels] == [
        ("es", (3, 4)),
        ("fr", (5,)),
        ("pt-BR", (1,)),
    ]


@pytest.mark.parametrize(
    ("words", "delays", "sentence"),
    [
        ((), (), "Name the channels"),
        (("es=0",), (), "counted from 1"),
        (("es=65",), (), "counted from 1"),
        (("es=1", "fr=1"), (), "Output 1 has two channels"),
        (("es=1", "es=2"), (), "named twice"),
        (("es/fr",), (), "not a channel"),
        (("es=",), (), "not a channel"),
        (("es",), ("fr=1ms",), "fr, which is not played"),
        (("es",), ("es=1",), "not a delay"),
        (("es",), ("es=5001ms",), "at most 5000 ms"),
    ],
)
def test_what_makes_no_plan_is_explained(
    words: tuple[str, ...], delays: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(WrongRackPlan, match=sentence):
        rack_channels(words, delays)


def test_the_link_of_attendees_names_the_event() -> None:
    assert str(event_link("https://talks.example/e/keynote?lang=es#x")) == (
        "https://talks.example/e/keynote"
    )


@pytest.mark.parametrize("link", ["keynote", "ftp://a/e/b", "https://a/listen/b", "https://a/e/B!"])
def test_another_address_is_no_link(link: str) -> None:
    with pytest.raises(WrongRackPlan, match="is not"):
        event_link(link)


def test_each_channel_has_a_stream_at_the_next_address() -> None:
    first = first_address("239.69.20.1:5010")
    channels = rack_channels(("floor", "es"), ())
    streams = sent_streams(channels, "keynote", first, network_card("192.0.2.30"))
    assert [(str(one.address), one.port, one.name) for one in streams] == [
        ("239.69.20.1", 5010, "keynote floor"),
        ("239.69.20.2", 5010, "keynote es"),
    ]
    assert len({one.number for one in streams}) == 2
    assert first_address("239.69.20.1")[1] == 5004


@pytest.mark.parametrize("text", ["", "x:5004", "239.69.20.1:5005", "239.69.20.1:x", "[::1]:5004"])
def test_an_address_of_no_stream_is_refused(text: str) -> None:
    with pytest.raises(WrongRackPlan, match="IPv4 address with an even port"):
        first_address(text)


def test_a_card_that_is_no_address_is_refused() -> None:
    with pytest.raises(WrongRackPlan, match="--interface"):
        network_card("eth0")
