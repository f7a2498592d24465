"""Messages of captions for other software: a name where there is one, and no field without it."""

import json
from typing import Any

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.outputs.output import CaptionOutput, OutputKind
from broadcaster.model.ports import Entry
from broadcaster.outputs.letters import CaptionMessages

OUTPUT = CaptionOutput("o", "talk", OutputKind.WEBHOOK, "es", "", "", "")


def data_of(caption: Caption) -> dict[str, Any]:
    messages = CaptionMessages(OUTPUT, lambda: 1_700_000_000_000)
    assert messages.stream == keys.captions("talk", "es")
    letter = messages.letter_of(Entry("1-0", caption.to_json()))
    assert letter is not None
    data: dict[str, Any] = json.loads(letter.text)["data"]
    return data


def test_a_message_names_the_speaker_if_the_speaker_has_a_name() -> None:
    named = Caption("es-1", "es", 0, 900, "Hola.", final=True, speaker="Panel <2>")
    assert data_of(named)["speaker"] == "Panel <2>"
    assert "speaker" not in data_of(Caption("es-1", "es", 0, 900, "Hola.", final=True))
