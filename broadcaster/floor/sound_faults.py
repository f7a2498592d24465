"""Says in sentences what is wrong with a publisher's sound, to the organizer and to the speaker."""

from dataclasses import dataclass

from broadcaster.audio.stereo.faults import StereoFault
from broadcaster.floor.microphones.publisher import FloorPublisher
from broadcaster.model.inputs.stereo_input import StereoInput
from broadcaster.model.status import FloorStatus
from broadcaster.webrtc.ingest import PeerState

UNDECODABLE_AUDIO = "undecodable_audio"

_OTHER = {StereoInput.LEFT: StereoInput.RIGHT, StereoInput.RIGHT: StereoInput.LEFT}


@dataclass(frozen=True, slots=True)
class SoundFault:
    """The fields of `FloorStatus` about a publisher's sound."""

    error: str = ""
    reason: str = ""
    stereo_taken: StereoInput = StereoInput.BOTH
    stereo_faulty: str = ""


def fault_of(peer: FloorPublisher) -> SoundFault:
    """The fault of a publisher's sound at present, in words for the organizer."""
    report = peer.downmix.report
    if peer.state is PeerState.UNDECODABLE:
        reason = (
            "The speaker's packets arrive, but none can be decoded. "
            "Reload the stage page, or choose Opus in the encoder."
        )
        return SoundFault(UNDECODABLE_AUDIO, reason, report.taken)
    reason = _reason(report.fault, report.faulty, report.taken)
    return SoundFault(report.fault, reason, report.taken, report.faulty or "")


def words_for_speaker(status: FloorStatus) -> str:
    """The fault, and advice to the speaker; empty if nothing is wrong."""
    side = status.stereo_faulty
    match status.error:
        case StereoFault.CHANNEL_INVERTED:
            text = (
                "Your left and right channels cancel each other out: the cable inverts one. "
                "Use a mono cable or a DI box."
            )
        case StereoFault.ONE_CHANNEL_SILENT:
            text = f"Your {side} channel is silent. Check its plug and cable."
        case StereoFault.ONE_CHANNEL_HUMS:
            text = f"Your {side} channel has hum or noise. Check its plug and cable."
        case StereoFault.CHANNELS_DIFFER:
            return (
                "Your left and right channels carry different speech, and both are heard. "
                "Tell the organizer if only one of them is yours."
            )
        case _:
            return status.reason
    heard = status.stereo_taken not in {StereoInput.BOTH, side}
    tail = "You are heard." if heard else "Ask the organizer to choose automatic stereo input."
    return f"{text} {tail}"


def _reason(fault: StereoFault, faulty: StereoInput | None, taken: StereoInput) -> str:
    match fault:
        case StereoFault.NONE:
            return ""
        case StereoFault.CHANNELS_DIFFER:
            return (
                "Left and right carry different speech, and both are mixed. "
                "If only one of them belongs here, choose left or right."
            )
        case StereoFault.CHANNEL_INVERTED:
            text = "Left and right cancel each other out: the speaker's cable inverts one of them."
        case StereoFault.ONE_CHANNEL_SILENT:
            text = f"The {faulty} channel is silent: check its cable."
        case _:
            text = f"The {faulty} channel has hum or noise: check its cable."
    if taken is StereoInput.BOTH:
        return f"{text} Both are mixed, as chosen: choose automatic."
    if taken is faulty:
        return f"{text} It is the one that was chosen: choose automatic or {_OTHER[taken]}."
    return f"{text} Only the {taken} one is heard."
