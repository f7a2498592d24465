"""The choice between a human interpreter and the AI: rules, and what holds in random histories."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.booths.human.switch import (
    BY_HAND,
    CONNECTION_LOST,
    HUMAN_SILENT,
    LOST_S,
    HumanSwitch,
)
from broadcaster.model.consoles.on_air import OnAir

ANA = OnAir("ana", "Ana")
BEN = OnAir("ben", "Ben")
STEP_S = 0.02


class Channel:
    """A switch and its clock, which moves in frames of 20 ms."""

    def __init__(self, takeover_silence_s: float = 8.0) -> None:
        self.switch = HumanSwitch(takeover_silence_s)
        self.now = 100.0
        self.heard: list[bool] = []

    def turn(self, on_air: OnAir) -> None:
        self.switch.set_record(on_air, self.now)

    def run(
        self,
        seconds: float,
        *,
        frames: bool = True,
        speaks: bool = True,
        floor: bool = True,
    ) -> None:
        """Let time pass in which frames come or not, and one or both speak."""
        for _ in range(round(seconds / STEP_S)):
            self.now += STEP_S
            if frames and speaks:
                self.switch.note_speech(self.now, STEP_S)
            if floor:
                self.switch.note_floor_speech(self.now, STEP_S)
            if frames:
                self.switch.hear_frame(self.now)
            self.heard.append(self.switch.decide(self.now))

    def human(self) -> bool:
        return self.switch.human

    @property
    def changes(self) -> int:
        return sum(one is not other for one, other in pairwise(self.heard))


def on_air(takeover_silence_s: float = 8.0) -> Channel:
    channel = Channel(takeover_silence_s)
    channel.turn(ANA)
    channel.run(1)
    assert channel.human()
    return channel


def test_the_first_frame_after_taking_is_heard() -> None:
    channel = Channel()
    channel.run(1)
    assert not channel.human()
    channel.turn(ANA)
    channel.run(STEP_S)
    assert channel.human()
    assert channel.switch.reason == ""


def test_taking_without_a_microphone_changes_nothing() -> None:
    channel = Channel()
    channel.turn(ANA)
    channel.run(5, frames=False)
    assert not any(channel.heard)
    assert channel.switch.reason == CONNECTION_LOST


def test_releasing_gives_it_to_the_ai() -> None:
    channel = on_air()
    channel.turn(OnAir())
    assert not channel.human()
    assert channel.switch.reason == BY_HAND


def test_a_lost_connection_gives_it_to_the_ai_and_back() -> None:
    channel = on_air()
    channel.run(LOST_S - 2 * STEP_S, frames=False)
    assert channel.human()
    channel.run(4 * STEP_S, frames=False)
    assert not channel.human()
    assert channel.switch.reason == CONNECTION_LOST
    channel.run(2)
    assert channel.human()


def test_a_turn_that_ends_while_the_connection_is_lost_was_ended_by_hand() -> None:
    channel = Channel()
    channel.turn(ANA)
    channel.run(2)
    channel.run(2, frames=False)
    assert channel.switch.reason == CONNECTION_LOST
    channel.turn(OnAir())
    channel.run(1, frames=False)
    assert (channel.switch.human, channel.switch.reason) == (False, BY_HAND)


def test_a_muted_microphone_is_not_lost() -> None:
    channel = on_air()
    channel.run(60, speaks=False, floor=False)
    assert channel.human()


def test_a_silent_interpreter_gives_way_while_the_floor_speaks() -> None:
    channel = on_air()
    channel.run(7.5, speaks=False)
    assert channel.human()
    channel.run(1, speaks=False)
    assert not channel.human()
    assert channel.switch.reason == HUMAN_SILENT
    channel.run(20, speaks=False)
    assert not channel.human()
    channel.run(0.5)
    assert channel.human()


def test_silence_counts_from_when_the_floor_speaks_again() -> None:
    channel = on_air()
    channel.run(30, speaks=False, floor=False)
    channel.run(7, speaks=False)
    assert channel.human()
    channel.run(1.5, speaks=False)
    assert not channel.human()


def test_a_partner_who_takes_over_has_all_the_time_again() -> None:
    channel = on_air()
    channel.run(7, speaks=False)
    channel.turn(BEN)
    channel.run(7, speaks=False)
    assert channel.human()
    assert all(channel.heard)


def test_a_bad_network_is_heard_less_and_less_often() -> None:
    channel = on_air()
    for _ in range(40):
        channel.run(0.7, frames=False)
        channel.run(0.8)
    assert channel.changes <= 8
    channel.run(40)
    assert channel.human()
    channel.run(0.7, frames=False)
    channel.run(0.6)
    assert channel.human(), "earlier losses are forgotten"


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[float, bool, bool, bool, OnAir | None]]:
    """Seconds, frames, human speech, floor speech, and perhaps a change of the record before."""
    piece = st.tuples(
        st.sampled_from([0.1, 0.3, 0.6, 1.5, 4.0, 9.0]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from([None, None, ANA, BEN, OnAir()]),
    )
    return draw(st.lists(piece, min_size=1, max_size=25))


@given(histories())
@settings(max_examples=80, deadline=None)
def test_whatever_happens(history: list[tuple[float, bool, bool, bool, OnAir | None]]) -> None:
    """Never a hole of more than 1.5 s, never a human without a record, never flapping."""
    channel = Channel()
    for seconds, frames, speaks, floor, turn in history:
        if turn is not None:
            channel.turn(turn)
        begun = len(channel.heard)
        channel.run(seconds, frames=frames, speaks=speaks, floor=floor)
        heard = channel.heard[begun:]
        wanted = channel.switch.on_air.human
        if not wanted:
            assert not any(heard), "without a record the AI is heard"
        if not frames:
            gone = round((LOST_S + STEP_S) / STEP_S)
            assert not any(heard[gone:]), "a channel without a connection is the AI's"
        if wanted and frames and speaks and seconds > 4.5:
            assert all(heard[round(4.4 / STEP_S) :]), "an interpreter who speaks is heard"
    window = round(10 / STEP_S)
    turns = sum(turn is not None for *_, turn in history)
    for begin in range(0, max(1, len(channel.heard) - window), window // 2):
        part = channel.heard[begin : begin + window]
        changes = sum(a is not b for a, b in pairwise(part))
        assert changes <= 8 + 2 * turns, "the voice does not change all the time"
