"""Every record with a JSON form is read as it was written, and nothing else is read as one."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.archive.upload.erased_copies import ErasedCopies
from broadcaster.desk.handover.news import ToldNews
from broadcaster.desk.journal.entries import JournalRecord
from broadcaster.floor.floor_asks import FloorAsk
from broadcaster.model.announcements.announcement import AnnouncementBook
from broadcaster.model.announcements.seen import SeenReport
from broadcaster.model.announcements.speech import ChannelSpeech
from broadcaster.model.announcements.translation import TranslationAnswer, TranslationOrder
from broadcaster.model.check.engines import EngineAnswer, EngineOrder
from broadcaster.model.check.report import CheckReport, CheckResult
from broadcaster.model.check.trial import TrialAnswer, TrialOrder, TrialRecord
from broadcaster.model.consoles.messages import ConsoleMessages
from broadcaster.model.consoles.microphones import Microphones
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.consoles.slow_down import SlowDown
from broadcaster.model.inputs.pulled import PulledInput, PulledState
from broadcaster.model.inputs.rules import InputRules
from broadcaster.model.inputs.speaker_turns import SpeakerTurns
from broadcaster.model.outputs.happening import Happened
from broadcaster.model.outputs.output import CaptionOutput
from broadcaster.model.outputs.progress import OutputProgress, OutputTest
from broadcaster.model.recording.part import RecordingPart
from broadcaster.model.recording.state import RecordingReport, RecordingSwitch
from broadcaster.model.recording.upload import UploadReport
from broadcaster.model.records.json_form import JsonForm, StrictJsonForm
from broadcaster.model.review.replacements import Replacements
from broadcaster.model.review.revised_caption import RevisedCaption
from broadcaster.model.screens.open_screens import ScreensReport
from broadcaster.model.screens.settings import ScreenBook
from broadcaster.model.transcripts.summary import Summary

RECORDS: list[type[JsonForm]] = [
    AnnouncementBook,
    CaptionOutput,
    ChannelSpeech,
    CheckReport,
    CheckResult,
    ConsoleMessages,
    EngineAnswer,
    ErasedCopies,
    EngineOrder,
    FloorAsk,
    Happened,
    InputRules,
    JournalRecord,
    Microphones,
    OnAir,
    OutputProgress,
    OutputTest,
    PulledInput,
    PulledState,
    RecordingPart,
    RecordingReport,
    RecordingSwitch,
    Replacements,
    RevisedCaption,
    ScreenBook,
    ScreensReport,
    SeenReport,
    SlowDown,
    SpeakerTurns,
    Summary,
    ToldNews,
    TranslationAnswer,
    TranslationOrder,
    TrialAnswer,
    TrialOrder,
    TrialRecord,
    UploadReport,
]
QUICKLY = settings(max_examples=12)
"""The records are many and alike."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(
    Mapping, lambda kind: st.dictionaries(*map(st.from_type, get_args(kind)), max_size=2)
)
st.register_type_strategy(
    Happened,
    st.builds(Happened, st.text(), st.text(), st.integers(), st.dictionaries(st.text(), JSON)),
)
st.register_type_strategy(
    TrialAnswer,
    st.recursive(
        st.builds(TrialAnswer, others=st.just(())),
        lambda inner: st.builds(TrialAnswer, others=st.lists(inner, max_size=2).map(tuple)),
        max_leaves=2,
    ),
)


def test_no_record_is_left_out() -> None:
    kinds = [*JsonForm.__subclasses__(), *StrictJsonForm.__subclasses__()]
    names = {kind.__name__ for kind in kinds} - {StrictJsonForm.__name__}
    assert names == {kind.__name__ for kind in RECORDS}


@pytest.mark.parametrize("kind", RECORDS)
@QUICKLY
@given(data=st.data())
def test_a_record_is_read_in_the_form_of_any_version(
    kind: type[JsonForm], data: st.DataObject
) -> None:
    record = data.draw(st.from_type(kind))
    assert kind.from_json(record.to_json()) == record
    written = json.loads(record.to_json())
    optional = [one.name for one in fields(kind) if has_default(one)]
    missing = data.draw(st.sets(st.sampled_from(optional))) if optional else set()
    left = {one.name for one in fields(kind)} & written.keys() - missing
    if left:
        older = kind.from_fields({name: written[name] for name in left})
        assert all(getattr(older, name) == getattr(record, name) for name in left)
    newer = {**written, "invented_later": 1}
    if not issubclass(kind, StrictJsonForm):
        assert kind.from_fields(newer) == record
        return
    with pytest.raises(ValueError, match="not the JSON of"):
        kind.from_fields(newer)


@given(garbage=JSON)
def test_garbage_is_refused(garbage: object) -> None:
    for kind in RECORDS:
        if isinstance(garbage, dict) and not kind.__dataclass_fields__.keys().isdisjoint(garbage):
            continue
        with pytest.raises(ValueError, match="not the JSON of"):
            kind.from_json(json.dumps(garbage).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"no JSON", b"\xff\xfe\x00"])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        OnAir.from_json(data)


def test_half_of_a_surrogate_pair_can_be_written() -> None:
    written = OnAir("ana", name="Ana \ud83d").to_json()
    assert OnAir.from_json(written) == OnAir("ana", name="Ana ?")


def test_an_error_quotes_nothing() -> None:
    with pytest.raises(ValueError, match="OnAir") as wrong:
        OnAir.from_json(b'{"interpreter": ["said in private"]}')
    assert "private" not in str(wrong.value)
    assert wrong.value.__cause__ is None


def has_default(one: Any) -> bool:
    return one.default is not MISSING or one.default_factory is not MISSING
