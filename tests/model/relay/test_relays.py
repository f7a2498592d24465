"""Plans of relays: what is a relay, and which plans are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.relay.relays import BadRelay, check_relays, relays, with_relays


def planned(**relay_of: str) -> Event:
    channels = tuple(Channel(language, relay_from=relay) for language, relay in relay_of.items())
    return Event("talk", "A talk", EventState.LIVE, channels, "key")


def test_the_relays_of_a_channel_are_needed_with_it() -> None:
    event = planned(fr="", pt="fr", gl="pt", de="")
    assert relays(event) == {"fr", "pt"}
    assert with_relays(event, ["gl"]) == {"gl", "pt", "fr"}
    assert with_relays(event, ["de"]) == {"de"}
    check_relays(event.channels)


@pytest.mark.parametrize(
    ("relay_of", "message"),
    [
        ({"fr": "fr"}, "the relays make a circle: fr from fr"),
        ({"fr": "pt", "pt": "fr"}, "the relays make a circle: fr from pt from fr"),
        (
            {"de": "fr", "fr": "pt", "pt": "fr"},
            "the relays make a circle: de from fr from pt from fr",
        ),
        ({"pt": "fr"}, "pt cannot be interpreted from fr, which the event does not have"),
    ],
)
def test_a_plan_that_never_reaches_the_floor_is_refused(
    relay_of: dict[str, str], message: str
) -> None:
    with pytest.raises(BadRelay, match=message) as refused:
        check_relays(planned(**relay_of).channels)
    assert refused.value.error == "bad_relay"
    assert "floor" in refused.value.hint


LANGUAGES = ("de", "es", "fr", "it", "pt")


@given(st.fixed_dictionaries({tag: st.sampled_from(("", *LANGUAGES)) for tag in LANGUAGES}))
def test_every_plan_that_is_accepted_ends_at_the_floor(relay_of: dict[str, str]) -> None:
    event = planned(**relay_of)
    try:
        check_relays(event.channels)
    except BadRelay:
        assert any(language in _reached(relay_of, language) for language in LANGUAGES)
    else:
        for language in LANGUAGES:
            assert language not in _reached(relay_of, language)
            assert with_relays(event, [language]) == {language} | _reached(relay_of, language)


def _reached(relay_of: dict[str, str], language: str) -> set[str]:
    """The channels that a channel is interpreted from, directly or through others."""
    found: set[str] = set()
    following = relay_of[language]
    while following and following not in found:
        found.add(following)
        following = relay_of[following]
    return found
