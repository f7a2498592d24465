"""The rules of taking turns: which change of the turn an interpreter may make, and when."""

from collections.abc import Mapping

from broadcaster.model.consoles.on_air import OnAir
from broadcaster.web.errors import Refused

COUNTDOWN_S = 5.0
"""Between the word that a partner takes the channel and the moment when it is theirs."""
ABANDONED_S = 2.0
"""A partner who has not got the channel so long after the countdown has gone."""


def take(turn: OnAir, interpreter: str, name: str, seen: str, now_ms: int) -> OnAir:
    """An interpreter takes the channel at once.

    Args:
        turn: as it is now.
        interpreter: id of their token.
        name: theirs.
        seen: the interpreter whom their page showed on air; empty for the AI.
        now_ms: Unix time.

    Raises:
        Refused: 409 `turn_changed`: somebody else was faster.
    """
    if turn.interpreter not in {"", interpreter, seen}:
        raise Refused(
            409,
            "turn_changed",
            f"{turn.name} has just taken the channel",
            hint="Take it again if you are to interpret now.",
        )
    return turn.taken_by(interpreter, name, now_ms)


def release(turn: OnAir, interpreter: str, now_ms: int) -> OnAir:
    """The interpreter on air gives the channel to the AI.

    Raises:
        Refused: 409 `not_on_air`.
    """
    _check_on_air(turn, interpreter)
    return turn.released(now_ms)


def mute(turn: OnAir, interpreter: str, *, muted: bool) -> OnAir:
    """The interpreter on air mutes or opens the microphone.

    Raises:
        Refused: 409 `not_on_air`.
    """
    _check_on_air(turn, interpreter)
    return turn.with_mute(muted=muted)


def request(turn: OnAir, interpreter: str) -> OnAir:
    """A partner asks for the channel.

    Raises:
        Refused: 409 `nobody_on_air` or `already_requested`.
    """
    if not turn.human:
        raise Refused(
            409, "nobody_on_air", "the AI has the channel", hint="Take it: nobody has to agree."
        )
    if turn.requested_by not in {"", interpreter}:
        raise Refused(
            409,
            "already_requested",
            "another partner has asked for the channel",
            hint="Agree with them by a message.",
        )
    return turn.requested(interpreter)


def withdraw(turn: OnAir, interpreter: str) -> OnAir:
    """A partner does not want the channel any more, or the interpreter on air keeps it."""
    if interpreter in {turn.requested_by, turn.interpreter}:
        return turn.request_withdrawn()
    return turn


def hand_over(
    turn: OnAir, interpreter: str, to: str, partners: Mapping[str, str], now_ms: int
) -> OnAir:
    """The interpreter on air begins the countdown after which a partner has the channel.

    Args:
        turn: as it is now.
        interpreter: id of their token.
        to: id of the partner's token.
        partners: the interpreters of the channel.
        now_ms: Unix time.

    Raises:
        Refused: 409 `not_on_air`, 404 `unknown_partner`.
    """
    _check_on_air(turn, interpreter)
    if to not in partners or to == interpreter:
        raise Refused(
            404,
            "unknown_partner",
            "this channel has no such partner",
            hint="Choose another one; their link may have been revoked.",
        )
    return turn.handing_over(to, now_ms + int(COUNTDOWN_S * 1000))


def cancel(turn: OnAir, interpreter: str) -> OnAir:
    """One of the two stops the countdown."""
    if interpreter in {turn.interpreter, turn.handover_to}:
        return turn.handover_cancelled()
    return turn


def concluded_at_ms(turn: OnAir, interpreter: str) -> int | None:
    """Unix time at which an interpreter's console concludes the countdown; None for never."""
    if turn.handover_to == interpreter:
        return turn.handover_at_ms
    if turn.handover_to and turn.interpreter == interpreter:
        return turn.handover_at_ms + int(ABANDONED_S * 1000)
    return None


def conclude(turn: OnAir, interpreter: str, name: str, now_ms: int) -> OnAir:
    """The countdown has ended: the partner has the channel, or has gone and does not get it."""
    if turn.handover_to == interpreter and turn.handover_due(now_ms):
        return turn.taken_by(interpreter, name, now_ms)
    at_ms = concluded_at_ms(turn, interpreter)
    return turn if at_ms is None or now_ms < at_ms else turn.handover_cancelled()


def _check_on_air(turn: OnAir, interpreter: str) -> None:
    if turn.interpreter != interpreter:
        holder = turn.name if turn.human else "the AI"
        raise Refused(
            409,
            "not_on_air",
            f"{holder} has the channel",
            hint="Take the channel first.",
        )
