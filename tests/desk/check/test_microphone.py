"""The verdict about the microphone: each fault has its words, the worst one is told."""

import pytest

from broadcaster.audio.stereo.faults import StereoFault
from broadcaster.desk.check.microphone import check_microphone
from broadcaster.model.check.microphone import MicrophoneFault, MicrophoneReport
from broadcaster.model.check.report import Light
from broadcaster.model.status import FloorStatus

RED = {"no_signal", "silent", "tone", "steady_noise"}


@pytest.mark.parametrize("fault", list(MicrophoneFault))
def test_each_fault_has_words(fault: str) -> None:
    report = MicrophoneReport(20, faults=(fault,))
    found = check_microphone(FloorStatus(publisher=True, microphone=report))
    assert found.problem == fault
    assert found.light is (Light.RED if fault in RED else Light.AMBER)
    assert found.message.endswith(".")
    assert found.hint.endswith(".")


def test_the_worst_fault_is_told_and_all_are_named() -> None:
    report = MicrophoneReport(20, faults=("clipping", "hum"))
    found = check_microphone(FloorStatus(publisher=True, microphone=report))
    assert (found.problem, found.values["faults"]) == ("clipping", "clipping hum")


@pytest.mark.parametrize(
    ("fault", "taken", "light"),
    [
        (StereoFault.ONE_CHANNEL_SILENT, "left", Light.AMBER),
        (StereoFault.ONE_CHANNEL_SILENT, "both", Light.RED),
        (StereoFault.ONE_CHANNEL_HUMS, "right", Light.RED),
        (StereoFault.CHANNELS_DIFFER, "both", Light.AMBER),
    ],
)
def test_a_faulty_cable_is_red_when_it_is_heard(fault: str, taken: str, light: Light) -> None:
    floor = FloorStatus(
        publisher=True,
        error=fault,
        reason="The cable.",
        stereo_taken=taken,
        stereo_faulty="" if fault is StereoFault.CHANNELS_DIFFER else "right",
        microphone=MicrophoneReport(20),
    )
    assert check_microphone(floor).light is light


def test_nobody_and_a_newcomer_are_grey() -> None:
    assert check_microphone(None).problem == "not_connected"
    assert check_microphone(FloorStatus()).problem == "not_connected"
    newcomer = FloorStatus(publisher=True, microphone=MicrophoneReport(2))
    assert (check_microphone(newcomer).light, check_microphone(newcomer).problem) == (
        Light.GREY,
        "listening",
    )
    heard = FloorStatus(publisher=True, microphone=MicrophoneReport(8))
    assert check_microphone(heard).light is Light.GREEN
