"""The verdicts about the words: whether the interpreter can translate into each language."""

from broadcaster.desk.warnings import Expectation, InterpreterFacts
from broadcaster.model.check.report import CheckResult, CheckValues, Light
from broadcaster.model.event import Event

_ADD = "Add a translation model to the interpreter, or choose another language."
_WORDS: dict[str, tuple[Light, str, str]] = {
    "good": (Light.GREEN, "Good quality, measured (chrF {chrf}).", ""),
    "gist": (Light.GREEN, "The gist, measured (chrF {chrf}).", ""),
    "poor": (Light.AMBER, "Poor quality, measured (chrF {chrf}).", _ADD),
    "not_measured": (Light.GREY, "Its quality was not measured.", ""),
    "prepared_talk": (
        Light.AMBER,
        "Only the sentences of the prepared talk are translated.",
        _ADD,
    ),
    "nothing": (Light.RED, "Nothing translates into this language.", _ADD),
}
"""By quality, or by what is translated if that is not everything."""


def check_translations(event: Event, facts: InterpreterFacts) -> list[CheckResult]:
    """A verdict for each language of the event; none if the interpreter does not tell."""
    found = ((one.language, facts.expectation(one, event)) for one in event.channels)
    return [_verdict(tag, expected) for tag, expected in found if expected is not None]


def _verdict(tag: str, expected: Expectation) -> CheckResult:
    kind = expected.kind
    light, message, hint = _WORDS[kind]
    values: CheckValues = {"language": tag, "engine": expected.engine}
    if expected.chrf is not None:
        values["chrf"] = round(expected.chrf)
    text = message.format(**values)
    return CheckResult("translation", light, f"translation_{kind}", values, text, hint)
