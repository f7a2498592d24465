"""The verdicts about the words: whether the interpreter can translate into each language."""

from dataclasses import replace

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
    """A verdict for each language of the event; none if the interpreter does not tell.

    One that would take over is amber at worst: the event can be interpreted without it.
    """
    found = []
    for one in event.channels:
        if (expected := facts.expectation(one, event)) is not None:
            found.append(_verdict(one.language, expected))
        if (expected := facts.expectation_of_fallback(one, event)) is not None:
            verdict = _verdict(one.language, expected)
            light = Light.AMBER if verdict.light is Light.RED else verdict.light
            values = {**verdict.values, "provider": facts.told_by}
            found.append(replace(verdict, light=light, values=values))
    return found


def _verdict(tag: str, expected: Expectation) -> CheckResult:
    kind = expected.kind
    light, message, hint = _WORDS[kind]
    values: CheckValues = {"language": tag, "engine": expected.engine}
    if expected.chrf is not None:
        values["chrf"] = round(expected.chrf)
    text = message.format(**values)
    return CheckResult("translation", light, f"translation_{kind}", values, text, hint)
