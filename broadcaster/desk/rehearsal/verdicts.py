"""The verdicts of a rehearsal, one for each channel."""

from broadcaster.desk.rehearsal.listener import ChannelListener
from broadcaster.model.check.report import CheckResult, CheckValues, Light
from broadcaster.model.check.trial import TrialAnswer
from broadcaster.model.language import FLOOR
from broadcaster.model.status import BoothState, BoothStatus

CHECK = "rehearsal"
LEAST_LOUD_S = 5
"""Seconds of speech that prove that a channel is heard."""
LEAST_LETTERS = 20
"""Captions with fewer letters prove nothing."""

_WORDS = {
    "rehearsal_missing": (
        "The rehearsal interpreter is not installed.",
        'Install it on the server: pip install "conference-broadcaster[rehearsal]".',
    ),
    "rehearsal_late": (
        "The rehearsal did not finish in time.",
        "Run it again when the server has less to do.",
    ),
    "rehearsal_refused": (
        "The prepared talk could not be published at the public address.",
        "Check the address in the sound check, and that the server can reach it itself.",
    ),
    "rehearsal_language": (
        "The rehearsal interpreter does not speak this language, so it was left out.",
        "Hear the interpretation with the real interpreter.",
    ),
    "rehearsal_no_booth": (
        "No interpreter took this channel.",
        "Start the server with the role booths, and let it use the same Redis.",
    ),
    "rehearsal_unreached": (
        "No sound reaches a listener.",
        "Check the public address, and that the proxy in front lets WebSockets through.",
    ),
    "rehearsal_silent": (
        "The channel reaches a listener, but nobody is heard on it.",
        "Run it again. If it stays like this, restart the process that runs the booths.",
    ),
    "rehearsal_no_captions": (
        "The channel is heard, but no captions reach a reader.",
        "Check the store, and that the proxy in front does not hold streams back.",
    ),
}


def failed(problem: str, **values: str | float) -> TrialAnswer:
    """The verdict of a rehearsal that did not take place."""
    return TrialAnswer(CheckResult(CHECK, Light.RED, problem, values, *_WORDS[problem]))


def not_spoken(language: str) -> TrialAnswer:
    """The verdict about a language that the rehearsal interpreter does not speak."""
    problem = "rehearsal_language"
    values: CheckValues = {"language": language}
    return TrialAnswer(CheckResult(CHECK, Light.AMBER, problem, values, *_WORDS[problem]))


def lights_up(channel: str, heard: ChannelListener, booth: BoothStatus | None) -> bool:
    """Whether enough of a channel has arrived for a green light."""
    return _problem(channel, heard, booth) == ""


def judged(channel: str, heard: ChannelListener, booth: BoothStatus | None) -> TrialAnswer:
    """The verdict about a channel, with the sound and the text of its listener."""
    values: CheckValues = {
        "language": channel,
        "level_dbfs": heard.level_dbfs,
        "received_s": heard.received_s,
    }
    if booth is not None and booth.lag_ms is not None:
        values["lag_ms"] = booth.lag_ms
    problem = _problem(channel, heard, booth)
    if not problem:
        message = "Sound and captions reach a listener."
        result = CheckResult(CHECK, Light.GREEN, "", values, message)
    else:
        values["code"] = heard.error or (booth.reason if booth is not None else "")
        result = CheckResult(CHECK, Light.RED, problem, values, *_WORDS[problem])
    return TrialAnswer(result, heard.text, heard.wav)


def _problem(channel: str, heard: ChannelListener, booth: BoothStatus | None) -> str:
    """The id of what is wrong, the first on the way from the floor to the listener."""
    interprets = channel != FLOOR
    if interprets and (booth is None or booth.state is not BoothState.LIVE):
        return "rehearsal_no_booth"
    if not heard.received_s:
        return "rehearsal_unreached"
    interpreted = not interprets or (booth is not None and booth.lag_ms is not None)
    if heard.loud_s < LEAST_LOUD_S or not interpreted:
        return "rehearsal_silent"
    captioned = interprets or booth is not None
    if captioned and len(heard.text) < LEAST_LETTERS:
        return "rehearsal_no_captions"
    return ""
