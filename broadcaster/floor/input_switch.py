"""Decides which input of a floor is heard. No I/O, no clock of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from broadcaster.model.inputs.rules import InputChoice, InputRole, InputRules

GONE_S = 0.5
"""An input of which nothing has come for this long is gone, unless it pauses (DTX). Longer than the
stalls of a working network, and short enough for a change within a second."""

SPEAKS_WITHIN_S = 1.0
"""The main input is not taken back while it has been silent for longer: it may have failed again,
though not for as long as the rules say."""


@dataclass(frozen=True, slots=True)
class InputState:
    """An input as it is now.

    Attributes:
        connected: whether it has a publisher.
        missing_s: how long nothing has come from it, pauses left out.
        silent_s: how long it has been silent.
    """

    connected: bool = False
    missing_s: float = 0.0
    silent_s: float = 0.0


class InputReason(StrEnum):
    """Why an input is heard."""

    USUAL = ""
    BY_HAND = "by_hand"
    GONE = "gone"
    """The other one, which should be heard, is gone."""
    SILENT = "silent"
    """The other one, which should be heard, is silent."""


class InputSwitch:
    """Knows the input that is heard, and changes it at once when it fails, and back after a hold.

    Attributes:
        heard: the input that is heard.
    """

    def __init__(self) -> None:
        self.heard = InputRole.MAIN
        self._rules = InputRules()
        self._failure = InputReason.GONE
        self._fine_since_s: float | None = None
        self._at_once = False

    @property
    def choice(self) -> InputChoice:
        """The organizer's."""
        return self._rules.choice

    @property
    def reason(self) -> InputReason:
        """Why `heard` is heard."""
        if self.heard is not self._rules.wanted:
            return self._failure
        return InputReason.USUAL if self.choice is InputChoice.AUTO else InputReason.BY_HAND

    def obey(self, rules: InputRules) -> None:
        """Follow these rules; what was chosen by hand is heard without a hold."""
        self._at_once = self._at_once or rules.choice is not self.choice
        self._rules = rules

    def decide(self, now_s: float, states: Mapping[InputRole, InputState]) -> bool:
        """Look at the inputs; returns whether another one is heard from now on."""
        wanted = self._rules.wanted
        at_once, self._at_once = self._at_once, False
        if self.heard is wanted:
            return self._leave(states)
        if not self._is_fine(states[wanted]):
            self._fine_since_s = None
            other_gone = not states[wanted.other].connected
            return self._move(wanted) if other_gone and states[wanted].connected else False
        if self._fine_since_s is None:
            self._fine_since_s = now_s
        speaks = self.choice is not InputChoice.AUTO or states[wanted].silent_s < SPEAKS_WITHIN_S
        held = speaks and now_s - self._fine_since_s >= self._rules.hold_s
        if at_once or held or not self._is_fine(states[wanted.other]):
            return self._move(wanted)
        return False

    def _leave(self, states: Mapping[InputRole, InputState]) -> bool:
        """Change to the other input if the wanted one has failed and the other has not."""
        mine, other = states[self.heard], states[self.heard.other]
        if self._is_fine(mine):
            return False
        gone = not mine.connected or mine.missing_s >= GONE_S
        better = self._is_fine(other) or (other.connected and not mine.connected)
        if not better:
            return False
        self._failure = InputReason.GONE if gone else InputReason.SILENT
        return self._move(self.heard.other)

    def _move(self, role: InputRole) -> bool:
        self.heard = role
        self._fine_since_s = None
        return True

    def _is_fine(self, state: InputState) -> bool:
        loud = self.choice is not InputChoice.AUTO or state.silent_s < self._rules.silent_s
        return state.connected and state.missing_s < GONE_S and loud
