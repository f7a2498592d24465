"""Names on the bus of sound checks and trials, and of asks for what a speaker just said."""

CHECK_RECORDS = "check."
"""Prefix of the records of the last sound checks of all events."""
ENGINE_ORDERS = "engines.orders"
"""Topic of orders to try an event's engines."""
TRIAL_ORDERS = "trials.orders"
"""Topic of orders to interpret a floor's last seconds for the desk."""


def check_record(event: str) -> str:
    """Record of the last sound check of an event."""
    return f"{CHECK_RECORDS}{event}"


def engine_answers(check: str) -> str:
    """Topic of what the processes that run booths answer to one check."""
    return f"engines.answers.{check}"


def trial_record(event: str) -> str:
    """Record of an event's last trial, without what was said."""
    return f"trial.{event}"


def trial_answers(trial: str) -> str:
    """Topic of what the process that carries out a trial answers."""
    return f"trials.answers.{trial}"


def heard_asks(event: str) -> str:
    """Topic of asks for the last seconds of a speaker's sound."""
    return f"heard.{event}"


def heard_answer(ask: str) -> str:
    """Topic of the answer to one ask."""
    return f"heard.answer.{ask}"
