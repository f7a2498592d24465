import dataclasses
import json

import pytest

from broadcaster.errors import BadEnvelope, InvalidTransition, UnknownLanguage
from broadcaster.model import language
from broadcaster.model.audience import Audience
from broadcaster.model.audio import AudioFrame, Kind
from broadcaster.model.caption import Caption
from broadcaster.model.consoles.standby import Standby
from broadcaster.model.event import TRANSITIONS, Channel, Event, EventState
from broadcaster.model.failover.choices import Failover
from broadcaster.model.inputs.stereo_input import StereoInput
from broadcaster.model.join import Passcode
from broadcaster.model.status import (
    BOOTH_TRANSITIONS,
    STALE_AFTER_S,
    BoothState,
    BoothStatus,
    EdgeStatus,
    FloorStatus,
    Status,
    status_from_json,
    status_to_json,
)
from broadcaster.model.variant import ChannelVariant
from tests.support.clock import FakeClock

EVENT = Event("keynote", "Keynote", EventState.OPEN, (Channel("es"), Channel("pt-BR")), "k")


def test_envelope_round_trip() -> None:
    frame = AudioFrame(Kind.OPUS, 7, 1 << 40, b"opus")
    assert AudioFrame.from_bytes(frame.to_bytes()) == frame


@pytest.mark.parametrize("data", [b"", b"\x01" * 15, b"\x02" + bytes(15), b"\x01\x09" + bytes(14)])
def test_bad_envelopes_are_named(data: bytes) -> None:
    with pytest.raises(BadEnvelope):
        AudioFrame.from_bytes(data)


def test_caption_round_trip() -> None:
    caption = Caption("es-1", "es", 10, 20, "línea", final=True)
    assert Caption.from_json(caption.to_json()) == caption


@pytest.mark.parametrize("stereo_input", StereoInput)
def test_event_round_trip(stereo_input: StereoInput) -> None:
    event = dataclasses.replace(EVENT, stereo_input=stereo_input)
    assert Event.from_json(event.to_json()) == event


def test_the_floor_is_the_first_channel() -> None:
    assert EVENT.channel_ids() == ("floor", "es", "pt-BR")


def test_an_event_that_was_stored_before_stereo_input_takes_it_automatically() -> None:
    stored = json.loads(EVENT.to_json())
    del stored["stereo_input"]
    assert Event.from_json(json.dumps(stored).encode()) == EVENT
    assert EVENT.stereo_input is StereoInput.AUTO


def test_an_event_that_was_stored_before_downloads_offers_none() -> None:
    stored = json.loads(EVENT.to_json())
    del stored["downloads"]
    assert Event.from_json(json.dumps(stored).encode()).downloads is False
    allowed = dataclasses.replace(EVENT, downloads=True)
    assert Event.from_json(allowed.to_json()) == allowed


def test_an_event_that_was_stored_before_codes_and_passcodes_lets_everybody_in() -> None:
    stored = json.loads(EVENT.to_json())
    for name in ("code", "passcode", "starts_at_ms", "notice", "ai_notice"):
        del stored[name]
    event = Event.from_json(json.dumps(stored).encode())
    assert event == EVENT
    assert (event.code, event.passcode, event.starts_at()) == ("", None, None)


def test_a_passcode_and_a_start_are_stored() -> None:
    event = dataclasses.replace(
        EVENT,
        code="K7F2QX",
        passcode=Passcode("Water-24", "secret"),
        starts_at_ms=1_795_788_000_000,
        notice="Lunch until 13:30",
        ai_notice="",
    )
    assert Event.from_json(event.to_json()) == event
    assert event.starts_at() == "2026-11-27T14:00:00Z"


def test_an_event_that_was_stored_before_failover_has_the_usual_one() -> None:
    stored = json.loads(EVENT.to_json())
    del stored["failover"]
    assert Event.from_json(json.dumps(stored).encode()).failover == Failover()
    stored["failover"] = {"providers": ["local"]}
    assert Event.from_json(json.dumps(stored).encode()).failover == Failover(("local",))
    warm = dataclasses.replace(EVENT, failover=Failover(("qwen",), Standby.WARM, 20.0))
    assert Event.from_json(warm.to_json()) == warm


def test_a_passcode_does_not_show_in_logs() -> None:
    event = dataclasses.replace(EVENT, passcode=Passcode("Water-24", "the-secret"))
    assert "Water-24" not in repr(event)
    assert "the-secret" not in repr(event)


def test_a_token_is_of_one_passcode() -> None:
    passcode = Passcode("Water-24", "secret")
    assert passcode.is_token(passcode.token())
    assert passcode.is_text(" wATER-24 ")
    assert not passcode.is_text("Water-25")
    assert not passcode.is_text(passcode.token())
    for wrong in ("", "Water-24", Passcode("Water-24", "another").token(), "\udcff"):
        assert not passcode.is_token(wrong)


@pytest.mark.parametrize("before", EventState)
@pytest.mark.parametrize("after", EventState)
def test_every_pair_of_event_states(before: EventState, after: EventState) -> None:
    event = dataclasses.replace(EVENT, state=before)
    if after in TRANSITIONS[before]:
        assert event.moved_to(after, now_ms=5).state is after
    else:
        with pytest.raises(InvalidTransition) as refused:
            event.moved_to(after, now_ms=5)
        assert refused.value.error == "wrong_state"


def test_the_clock_starts_once() -> None:
    live = EVENT.moved_to(EventState.LIVE, now_ms=5)
    again = live.moved_to(EventState.PAUSED, 6).moved_to(EventState.LIVE, 7)
    assert again.live_at_ms == 5


def test_every_booth_state_is_in_the_table() -> None:
    assert set(BOOTH_TRANSITIONS) == set(BoothState)
    assert all(
        BoothState.IDLE in after for state, after in BOOTH_TRANSITIONS.items() if state != "idle"
    )


@pytest.mark.parametrize(
    "status",
    [FloorStatus(), BoothStatus("es", BoothState.LIVE), EdgeStatus("e1", {"es": 3})],
)
def test_status_round_trip(status: Status) -> None:
    assert status_from_json(status_to_json(status)) == status


@pytest.mark.parametrize(
    ("tag", "canonical", "name", "direction"),
    [
        ("ES", "es", "Español", "ltr"),
        ("pt-br", "pt-BR", "Português (Brasil)", "ltr"),
        ("zh", "zh", "中文", "ltr"),
        ("ar", "ar", "العربية", "rtl"),
        ("zh-hant-tw", "zh-Hant-TW", "中文 (繁體, 台灣)", "ltr"),
    ],
)
def test_language_names(tag: str, canonical: str, name: str, direction: str) -> None:
    described = language.describe(tag)
    assert (described.tag, described.name, described.direction) == (canonical, name, direction)


@pytest.mark.parametrize(
    "tag", ["", "klingon", "xx", "e", "floor", "<script>", "es-", "und", "en@x/../y"]
)
def test_unknown_languages_are_refused(tag: str) -> None:
    with pytest.raises(UnknownLanguage) as refused:
        language.describe(tag)
    assert refused.value.error == "unknown_language"


def test_a_status_of_a_newer_version_is_read() -> None:
    data = status_to_json(FloorStatus()).replace(b"{", b'{"invented_later":1,', 1)
    assert status_from_json(data) == FloorStatus()


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"kind":"booth"}', b'{"kind":"other"}'])
def test_what_is_no_status_is_named(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"status|JSON|Expecting"):
        status_from_json(data)


def test_an_event_of_a_newer_version_is_read() -> None:
    data = EVENT.to_json().replace(b"{", b'{"invented_later": 1,', 1)
    assert Event.from_json(data) == EVENT


def test_a_variant_is_wanted_while_reports_name_it() -> None:
    clock = FakeClock()
    with_floor, with_both = map(ChannelVariant.parse, ("es+floor", "es+floor+fec"))
    audience = Audience((with_floor, with_both), clock)
    assert not audience.wanted()
    audience.record(EdgeStatus("a", {"es": 3, "es+floor": 1, "fr+floor+fec": 1}))
    audience.record(EdgeStatus("b", {"es+floor+fec": 0}))
    assert audience.wanted() == {with_floor}
    clock.seconds += STALE_AFTER_S - 1
    audience.record(EdgeStatus("a", {"es+floor+fec": 2}))
    assert audience.wanted() == {with_floor, with_both}
    clock.seconds += 2
    assert audience.wanted() == {with_both}
    clock.seconds += STALE_AFTER_S
    assert not audience.wanted()
