"""The verdict about the speaker's sound, from what the floor reports."""

from broadcaster.model.check.microphone import MicrophoneFault
from broadcaster.model.check.report import CheckResult, CheckValues, Light
from broadcaster.model.status import FloorStatus

LEAST_S = 5
"""Seconds of sound before it is judged."""

_RED = frozenset(
    {
        MicrophoneFault.NO_SIGNAL,
        MicrophoneFault.SILENT,
        MicrophoneFault.TONE,
        MicrophoneFault.STEADY_NOISE,
    }
)
_WORDS: dict[str, tuple[str, str]] = {
    MicrophoneFault.NO_SIGNAL: (
        "Nothing at all arrives: digital silence.",
        "The microphone is muted or not connected. Switch it on, or choose another one.",
    ),
    MicrophoneFault.SILENT: (
        "Only the room's noise arrives, no speech.",
        "Let somebody speak into the microphone. Check that it is the right one.",
    ),
    MicrophoneFault.TOO_QUIET: (
        "The speech is too quiet.",
        "Come closer to the microphone, or turn its gain up.",
    ),
    MicrophoneFault.CLIPPING: (
        "The sound is too loud and distorts.",
        "Turn the gain down until the peaks stay below the top.",
    ),
    MicrophoneFault.HUM: (
        "The mains hum is heard.",
        "Use a balanced cable or a DI box, and keep it away from power cables.",
    ),
    MicrophoneFault.NOISY: (
        "The room is nearly as loud as the speech.",
        "Come closer to the microphone, or switch off what makes the noise.",
    ),
    MicrophoneFault.NARROW_BAND: (
        "The sound ends below 4 kHz, as by telephone.",
        "Choose another microphone: a Bluetooth headset in its telephone mode sounds like this.",
    ),
    MicrophoneFault.TONE: (
        "Only a steady tone arrives.",
        "This is a test signal or feedback. Choose the microphone as the input.",
    ),
    MicrophoneFault.STEADY_NOISE: (
        "Only a steady noise arrives, no speech.",
        "Check that the input is the microphone, and let somebody speak.",
    ),
}


def check_microphone(floor: FloorStatus | None) -> CheckResult:
    """The verdict; grey while nobody is connected, or for too short."""
    if floor is None or not floor.publisher:
        message, hint = (
            "No speaker is connected.",
            "Open the stage page and publish the microphone.",
        )
        return CheckResult("microphone", Light.GREY, "not_connected", {}, message, hint)
    measured = floor.microphone
    values: CheckValues = {
        "level_dbfs": floor.level_dbfs,
        "noise_dbfs": measured.noise_dbfs,
        "speech_dbfs": measured.speech_dbfs,
        "clipped": measured.clipped,
        "hum_hz": measured.hum_hz,
        "bandwidth_hz": measured.bandwidth_hz,
        "tone_hz": measured.tone_hz,
        "faults": " ".join(measured.faults),
    }
    for fault in measured.faults:
        if fault in _WORDS:
            light = Light.RED if fault in _RED else Light.AMBER
            return CheckResult("microphone", light, fault, values, *_WORDS[fault])
    if floor.error:
        lost = floor.stereo_taken in {"both", floor.stereo_faulty}
        light = Light.RED if lost and floor.error != "channels_differ" else Light.AMBER
        return CheckResult("microphone", light, floor.error, values, floor.reason)
    if measured.measured_s < LEAST_S:
        message = "The microphone is being listened to."
        return CheckResult("microphone", Light.GREY, "listening", values, message)
    return CheckResult("microphone", Light.GREEN, "", values, "The speaker is heard well.")
