"""Reports of the announcements that a channel has spoken, will speak, or has not spoken and why."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from broadcaster.model.announcements.announcement import Announcement
from broadcaster.model.records.json_form import JsonForm

SPEAK_WITHIN_S = 120.0
"""An announcement that has not begun to be spoken by then is not spoken any more."""


class SpeechState(StrEnum):
    """How far a channel is with an announcement."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    """It begins now. A booth that finds this in the record does not say it again."""
    SPOKEN = "spoken"
    UNSPOKEN = "unspoken"


class SpeechReason(StrEnum):
    """Why an announcement waits, or was not spoken."""

    NONE = ""
    HUMAN_ON_AIR = "human_on_air"
    SPEND_CAP = "spend_cap"
    NO_TEXT = "no_text"
    """It has no text in the channel's language."""
    NOT_OFFERED = "not_offered"
    """No provider of the settings reads a text aloud."""
    PROVIDER_FAILED = "provider_failed"
    NO_PAUSE = "no_pause"
    NO_LISTENER = "no_listener"
    INTERRUPTED = "interrupted"
    """It had begun when a human interpreter took the channel, or the booth ended."""


@dataclass(frozen=True, slots=True)
class SpeechReport:
    """One announcement on one channel.

    Attributes:
        version: of the announcement.
        since_ms: its `speak_since_ms`.
        state: how far it is.
        reason: why it waits, or was not spoken.
    """

    version: int
    since_ms: int
    state: SpeechState
    reason: SpeechReason = SpeechReason.NONE

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be done for this version."""
        return self.state is not SpeechState.WAITING


@dataclass(frozen=True, slots=True)
class ChannelSpeech(JsonForm):
    """The record of one channel.

    Attributes:
        event: id of the event.
        channel: the language.
        reports: by id of an announcement.
    """

    event: str
    channel: str
    reports: dict[str, SpeechReport] = field(default_factory=dict)

    def of(self, announcement: Announcement) -> SpeechReport | None:
        """The report about this version of an announcement, if there is one.

        One that was not spoken has another chance when it is shown again.
        """
        report = self.reports.get(announcement.id)
        if report is None or report.version != announcement.version:
            return None
        was_heard = report.state in {SpeechState.SPEAKING, SpeechState.SPOKEN}
        return report if was_heard or report.since_ms == announcement.speak_since_ms else None

    def with_report(
        self, announcement_id: str, report: SpeechReport, kept: Collection[str]
    ) -> "ChannelSpeech":
        """The record with one more report, without those of announcements that are not kept."""
        reports = {name: one for name, one in self.reports.items() if name in kept}
        return ChannelSpeech(self.event, self.channel, reports | {announcement_id: report})
