"""The input that is heard: by failures, by hand, and not back and forth."""

import pytest

from broadcaster.floor.input_switch import GONE_S, InputReason, InputState, InputSwitch
from broadcaster.model.inputs.rules import InputChoice, InputRole, InputRules

MAIN, BACKUP = InputRole
FINE = InputState(connected=True)
SILENT = InputState(connected=True, silent_s=6.0)
STALLED = InputState(connected=True, missing_s=GONE_S)
AWAY = InputState()
STEP_S = 0.1


class Inputs:
    """A switch, its inputs, and time."""

    def __init__(self) -> None:
        self.switch = InputSwitch()
        self.now_s = 0.0

    def after(self, seconds: float, main: InputState, backup: InputState) -> tuple[str, str]:
        """The input that is heard in the end, and why."""
        for _ in range(max(1, round(seconds / STEP_S))):
            self.now_s += STEP_S
            self.switch.decide(self.now_s, {MAIN: main, BACKUP: backup})
        return self.switch.heard, self.switch.reason

    def choose(self, choice: InputChoice) -> None:
        self.switch.obey(InputRules(choice))


@pytest.mark.parametrize(
    ("main", "backup", "heard", "reason"),
    [
        (FINE, FINE, MAIN, InputReason.USUAL),
        (FINE, AWAY, MAIN, InputReason.USUAL),
        (AWAY, AWAY, MAIN, InputReason.USUAL),
        (STALLED, FINE, BACKUP, InputReason.GONE),
        (AWAY, FINE, BACKUP, InputReason.GONE),
        (AWAY, SILENT, BACKUP, InputReason.GONE),
        (AWAY, STALLED, BACKUP, InputReason.GONE),
        (SILENT, FINE, BACKUP, InputReason.SILENT),
        (SILENT, SILENT, MAIN, InputReason.USUAL),
        (SILENT, STALLED, MAIN, InputReason.USUAL),
        (SILENT, AWAY, MAIN, InputReason.USUAL),
        (STALLED, AWAY, MAIN, InputReason.USUAL),
    ],
)
def test_the_backup_is_heard_at_once_when_the_main_input_fails(
    main: InputState, backup: InputState, heard: InputRole, reason: InputReason
) -> None:
    assert Inputs().after(STEP_S, main, backup) == (heard, reason)


def test_the_main_input_is_heard_again_after_it_was_fine_for_long() -> None:
    inputs = Inputs()
    inputs.after(1, AWAY, FINE)
    assert inputs.after(9, FINE, FINE)[0] == BACKUP
    assert inputs.after(2, FINE, FINE) == (MAIN, "")


def test_the_main_input_is_not_taken_back_while_it_is_silent() -> None:
    inputs = Inputs()
    inputs.after(1, AWAY, FINE)
    assert inputs.after(8, FINE, FINE)[0] == BACKUP
    quiet = InputState(connected=True, silent_s=4.0)
    assert inputs.after(6, quiet, FINE)[0] == BACKUP
    assert inputs.after(STEP_S, FINE, FINE)[0] == MAIN


def test_an_input_that_comes_and_goes_is_not_heard_in_between() -> None:
    inputs = Inputs()
    inputs.after(1, AWAY, FINE)
    for _ in range(30):
        assert inputs.after(5, FINE, FINE)[0] == BACKUP
        assert inputs.after(0.5, STALLED, FINE)[0] == BACKUP


def test_a_backup_that_fails_gives_way_at_once() -> None:
    inputs = Inputs()
    inputs.after(1, AWAY, FINE)
    assert inputs.after(STEP_S, FINE, STALLED) == (MAIN, "")


def test_a_main_input_comes_back_when_the_backup_has_left() -> None:
    inputs = Inputs()
    inputs.after(1, AWAY, FINE)
    assert inputs.after(STEP_S, STALLED, AWAY)[0] == MAIN


def test_a_choice_by_hand_is_heard_at_once_in_both_directions() -> None:
    inputs = Inputs()
    inputs.after(1, FINE, FINE)
    inputs.choose(InputChoice.BACKUP)
    assert inputs.after(STEP_S, FINE, FINE) == (BACKUP, "by_hand")
    assert inputs.after(60, FINE, SILENT) == (BACKUP, "by_hand"), "silence was chosen, too"
    inputs.choose(InputChoice.MAIN)
    assert inputs.after(STEP_S, SILENT, FINE) == (MAIN, "by_hand")
    inputs.choose(InputChoice.AUTO)
    assert inputs.after(STEP_S, SILENT, FINE) == (BACKUP, "silent")


def test_an_input_that_was_chosen_and_is_gone_gives_way() -> None:
    inputs = Inputs()
    inputs.choose(InputChoice.BACKUP)
    assert inputs.after(1, FINE, AWAY) == (MAIN, "gone")
    assert inputs.after(9, FINE, FINE)[0] == MAIN
    assert inputs.after(2, FINE, FINE) == (BACKUP, "by_hand")


def test_other_times_are_obeyed() -> None:
    inputs = Inputs()
    inputs.switch.obey(InputRules(silent_s=20.0, hold_s=2.0))
    assert inputs.after(1, SILENT, FINE)[0] == MAIN
    inputs.after(1, AWAY, FINE)
    assert inputs.after(2.5, FINE, FINE)[0] == MAIN


def test_rules_survive_their_record() -> None:
    rules = InputRules(InputChoice.BACKUP, 3.0, 4.0)
    assert InputRules.from_json(rules.to_json()) == rules
    for broken in (b"[]", b"{}", b'{"choice": "best", "silent_s": 1, "hold_s": 1}', b"no"):
        with pytest.raises(ValueError, match=r"."):
            InputRules.from_json(broken)
