"""The news for other software: each thing once, in order, whatever was missed in between."""

from dataclasses import replace
from typing import Any

from broadcaster.desk.handover.news import ToldNews, news_of
from broadcaster.model.event import Channel, Event, EventState

OPEN = Event("talk", "A talk", EventState.OPEN, (Channel("es"),), "key")
LIVE = replace(OPEN, state=EventState.LIVE, live_at_ms=1_000)
CLOSED = replace(LIVE, state=EventState.CLOSED, closed_at_ms=9_000)
SILENCE = {"id": "silence", "subject": "", "since_ms": 5, "severity": "warning", "values": {"s": 3}}


def told(
    before: ToldNews, event: Event, *alarms: dict[str, Any], complete: bool = False
) -> tuple[list[str], ToldNews]:
    after = news_of(before, event, alarms, 10_000, complete=complete, base="https://talks.example")
    return [one.what for one in after.pending], replace(after, pending=())


def test_the_life_of_an_event_is_told_step_by_step() -> None:
    news = ToldNews.of(OPEN, ())
    steps: list[list[str]] = []
    for event, complete in ((OPEN, False), (LIVE, False), (LIVE, False), (CLOSED, False)):
        what, news = told(news, event, complete=complete)
        steps.append(what)
    what, news = told(news, CLOSED, complete=True)
    assert [*steps, what] == [
        [],
        ["event.live"],
        [],
        ["event.closed"],
        ["transcript.ready"],
    ]
    again = replace(CLOSED, state=EventState.LIVE, closed_at_ms=None)
    what, news = told(news, again)
    assert what == ["event.live"]
    what, _ = told(news, CLOSED, complete=True)
    assert what == ["event.closed", "transcript.ready"]


def test_a_pause_is_no_news() -> None:
    _, news = told(ToldNews.of(OPEN, ()), LIVE)
    assert told(news, replace(LIVE, state=EventState.PAUSED))[0] == []


def test_states_that_were_missed_are_told_all_the_same() -> None:
    what, _ = told(ToldNews.of(OPEN, ()), CLOSED)
    assert what == ["event.live", "event.closed"]


def test_an_event_that_is_live_already_is_no_news() -> None:
    assert told(ToldNews.of(LIVE, [SILENCE]), LIVE, SILENCE)[0] == []
    assert told(ToldNews.of(CLOSED, ()), CLOSED, complete=True)[0] == []


def test_alarms_are_raised_get_worse_and_are_cleared() -> None:
    _, news = told(ToldNews.of(OPEN, ()), LIVE)
    what, news = told(news, LIVE, SILENCE)
    assert what == ["alarm.raised"]
    assert told(news, LIVE, SILENCE)[0] == []
    what, news = told(news, LIVE, {**SILENCE, "severity": "critical"})
    assert what == ["alarm.raised"]
    assert told(news, LIVE)[0] == ["alarm.cleared"]


def test_news_are_numbered_and_name_the_files() -> None:
    after = news_of(
        ToldNews.of(OPEN, ()), CLOSED, (), 10_000, complete=True, base="https://talks.example"
    )
    assert [one.id for one in after.pending] == ["talk.1", "talk.2", "talk.3"]
    files = after.pending[-1].data["files"]
    assert files[0] == {
        "channel": "floor",
        "file_type": "vtt",
        "address": "https://talks.example/e/talk/transcript/floor.vtt",
    }
    assert ToldNews.from_json(after.to_json()) == after
