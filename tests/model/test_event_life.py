"""The life of an event: states, actions, retention, notices, and records of earlier versions."""

import dataclasses
import json

import pytest

from broadcaster.errors import EventOver, InvalidTransition, UnknownEvent
from broadcaster.model.event import (
    ACTIONS,
    OVER,
    TRANSITIONS,
    Channel,
    Event,
    EventAction,
    EventState,
    Interpreter,
    Notice,
)

DAY_MS = 24 * 3600 * 1000
EVENT = Event("talk", "A talk", EventState.OPEN, (Channel("es"), Channel("fr")), "key")
LEADS_TO = {  # state -> action -> state; any other pair is refused
    "draft": {"open": "open", "close": "closed", "delete": "deleted"},
    "open": {"live": "live", "close": "closed", "delete": "deleted"},
    "live": {"pause": "paused", "close": "closed"},
    "paused": {"resume": "live", "close": "closed"},
    "closed": {"reopen": "open", "archive": "archived", "delete": "deleted"},
    "archived": {"reopen": "open", "delete": "deleted"},
    "deleted": {},
}


def test_the_table_of_actions_is_the_one_that_people_read() -> None:
    actual = {
        state.value: {
            action.value: after.value
            for action, (before, after) in ACTIONS.items()
            if state in before
        }
        for state in EventState
    }
    assert actual == LEADS_TO


@pytest.mark.parametrize("action", EventAction)
@pytest.mark.parametrize("state", EventState)
def test_every_action_in_every_state(state: EventState, action: EventAction) -> None:
    event = dataclasses.replace(EVENT, state=state)
    target = ACTIONS[action][1]
    if action in LEADS_TO[state]:
        after = event.after(action, now_ms=5)
        # Deleting is more than a state: `after` only says that it is possible.
        assert after.state == (state if action is EventAction.DELETE else target)
    elif state is target:
        assert event.after(action, now_ms=5) == event
    else:
        with pytest.raises(InvalidTransition) as refused:
            event.after(action, now_ms=5)
        assert refused.value.error == "wrong_state"
        assert all(possible in refused.value.hint for possible in LEADS_TO[state])


def test_no_step_leads_to_deleted() -> None:
    assert all(EventState.DELETED not in after for after in TRANSITIONS.values())


@pytest.mark.parametrize("state", EventState)
def test_an_event_that_is_over_takes_no_speaker_and_no_listener(state: EventState) -> None:
    event = dataclasses.replace(EVENT, state=state)
    assert event.is_over is (state in OVER)
    if event.is_over:
        with pytest.raises(EventOver):
            event.refuse_if_over()
    else:
        event.refuse_if_over()


def test_an_event_can_be_reopened_until_its_retention_has_passed() -> None:
    event = dataclasses.replace(EVENT, retention_days=2)
    assert event.delete_at_ms is None
    closed = event.after(EventAction.CLOSE, 1_000)
    assert closed.delete_at_ms == 1_000 + 2 * DAY_MS
    archived = closed.after(EventAction.ARCHIVE, 5_000)
    assert archived.delete_at_ms == closed.delete_at_ms
    for over in (closed, archived):
        assert not over.is_due(1_000 + 2 * DAY_MS - 1)
        assert over.is_due(1_000 + 2 * DAY_MS)
        again = over.after(EventAction.REOPEN, 1_000 + 2 * DAY_MS - 1)
        assert (again.state, again.closed_at_ms) == (EventState.OPEN, None)
        with pytest.raises(UnknownEvent):
            over.after(EventAction.REOPEN, 1_000 + 2 * DAY_MS)


def test_a_reopened_event_goes_on_with_its_clock() -> None:
    live = EVENT.after(EventAction.LIVE, 5)
    again = live.after(EventAction.CLOSE, 6).after(EventAction.REOPEN, 7)
    assert again.after(EventAction.LIVE, 8).live_at_ms == 5


def test_without_retention_an_event_is_kept() -> None:
    closed = EVENT.after(EventAction.CLOSE, 1_000)
    assert closed.delete_at_ms is None
    assert not closed.is_due(10**15)


def test_each_channel_reads_the_notice_in_its_language() -> None:
    event = dataclasses.replace(EVENT, notice="Lunch", notice_translations={"es": "Comida"})
    assert event.notice_on("es") == "Comida"
    assert event.notice_on("fr") == event.notice_on("floor") == "Lunch"
    assert EVENT.notice_on("es") is None


def test_the_notice_of_a_pause_ends_with_it() -> None:
    event = dataclasses.replace(EVENT, state=EventState.LIVE, notice="Welcome")
    paused = dataclasses.replace(
        event.after(EventAction.PAUSE, 1), pause_notice=Notice("Back at 3", {"es": "A las 3"})
    )
    assert (paused.notice_on("es"), paused.notice_on("fr")) == ("A las 3", "Back at 3")
    resumed = paused.after(EventAction.RESUME, 2)
    assert (resumed.notice_on("es"), resumed.pause_notice) == ("Welcome", None)


def test_all_of_it_is_stored() -> None:
    event = dataclasses.replace(
        EVENT,
        state=EventState.ARCHIVED,
        channels=(Channel("es", Interpreter.CONVERSE, always=True, voice="cedar", restarts=3),),
        ends_at_ms=1_795_788_000_000,
        notice="Lunch",
        notice_translations={"es": "Comida"},
        ai_notice_translations={"es": "IA"},
        pause_notice=Notice("Back at 3", {"es": "A las 3"}),
        retention_days=30,
        closed_at_ms=5,
        floor_restarts=1,
    )
    assert Event.from_json(event.to_json()) == event


def test_an_event_of_an_earlier_version_is_read() -> None:
    stored = json.loads(EVENT.to_json())
    for name in (
        "ends_at_ms",
        "notice_translations",
        "ai_notice_translations",
        "pause_notice",
        "retention_days",
        "closed_at_ms",
        "floor_restarts",
    ):
        del stored[name]
    for channel in stored["channels"]:
        del channel["voice"], channel["restarts"]
    assert Event.from_json(json.dumps(stored).encode()) == EVENT
