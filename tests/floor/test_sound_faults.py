"""Every fault of a stereo input is told to the organizer and to the speaker, with a way out."""

from dataclasses import dataclass, field, replace
from itertools import product

import pytest

from broadcaster.audio.stereo.faults import StereoFault, StereoReport
from broadcaster.floor.sound_faults import (
    UNDECODABLE_AUDIO,
    SoundFault,
    fault_of,
    words_for_speaker,
)
from broadcaster.model.inputs.stereo_input import StereoInput
from broadcaster.model.status import FloorStatus
from broadcaster.webrtc.ingest import PeerState

LEFT, RIGHT, BOTH = StereoInput.LEFT, StereoInput.RIGHT, StereoInput.BOTH
ONE_SIDED = (StereoFault.ONE_CHANNEL_SILENT, StereoFault.ONE_CHANNEL_HUMS)
REPORTS = [
    StereoReport(),
    StereoReport(StereoFault.CHANNELS_DIFFER),
    *(StereoReport(StereoFault.CHANNEL_INVERTED, None, taken) for taken in (LEFT, RIGHT, BOTH)),
    *(StereoReport(*case) for case in product(ONE_SIDED, (LEFT, RIGHT), (LEFT, RIGHT, BOTH))),
]


@dataclass
class ReportedDownmix:
    report: StereoReport


@dataclass
class Publisher:
    """A publisher's connection as the floor asks it."""

    downmix: ReportedDownmix
    state: PeerState = field(default=PeerState.LIVE)


def told(report: StereoReport, state: PeerState = PeerState.LIVE) -> tuple[SoundFault, str]:
    """The fault, and the speaker's words about it."""
    fault = fault_of(Publisher(ReportedDownmix(report), state))  # type: ignore[arg-type]
    status = replace(
        FloorStatus(publisher=True),
        error=fault.error,
        reason=fault.reason,
        stereo_taken=fault.stereo_taken,
        stereo_faulty=fault.stereo_faulty,
    )
    return fault, words_for_speaker(status)


@pytest.mark.parametrize("report", REPORTS)
def test_both_are_told_in_sentences(report: StereoReport) -> None:
    fault, words = told(report)
    assert (fault.error, fault.stereo_taken) == (report.fault, report.taken)
    assert fault.stereo_faulty == (report.faulty or "")
    if not report.fault:
        assert (fault.reason, words) == ("", "")
        return
    for text in (fault.reason, words):
        assert text.endswith(".")
        assert text[0].isupper()
        if report.faulty is not None:
            assert f"{report.faulty} channel" in text
    if report.fault is not StereoFault.CHANNELS_DIFFER:
        heard = report.taken not in {BOTH, report.faulty}
        assert words.endswith("You are heard.") is heard
        assert ("choose automatic" in fault.reason) is not heard


def test_sound_that_cannot_be_decoded_comes_first() -> None:
    report = StereoReport(StereoFault.ONE_CHANNEL_SILENT, LEFT, RIGHT)
    fault, words = told(report, PeerState.UNDECODABLE)
    assert fault.error == UNDECODABLE_AUDIO
    assert words == fault.reason
    assert "none can be decoded" in words
