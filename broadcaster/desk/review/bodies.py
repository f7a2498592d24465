"""The bodies of reviewers' requests, validated."""

import unicodedata
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from broadcaster.desk.bodies import LONGEST_HOLD_BACK_S
from broadcaster.desk.review.corrected_text import LONGEST_CHARACTERS
from broadcaster.model.review.replacements import LONGEST_WORDS

_LARGEST = 1_000_000


def _visible(text: str) -> str:
    if any(unicodedata.category(one) == "Cc" and not one.isspace() for one in text):
        raise ValueError("a control character is not possible")
    if not text.strip():
        raise ValueError("there is no text; hide the caption instead")
    return text


def _words(text: str) -> str:
    text = " ".join(text.split())
    if not text or any(unicodedata.category(one) == "Cc" for one in text):
        raise ValueError("write words")
    return text


Words = Annotated[str, Field(max_length=LONGEST_WORDS), AfterValidator(_words)]


class ReplacementBody(BaseModel):
    """Body of `POST /api/events/{event}/replacements`; an empty channel stands for all."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    find: Words
    replace: Words
    channel: str = Field("", max_length=35)


class Hold(BaseModel):
    """Body of `POST /api/events/{event}/hold`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    seconds: int = Field(ge=0, le=LONGEST_HOLD_BACK_S)


class RevisionBody(BaseModel):
    """Body of `POST /api/events/{event}/captions/{channel}/revisions`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")
    caption: str = Field(pattern=r"^[A-Za-z0-9-]{1,60}$")
    expected_revision: int = Field(ge=0, le=_LARGEST)
    text: Annotated[str, Field(max_length=LONGEST_CHARACTERS), AfterValidator(_visible)] | None = (
        None
    )
    hidden: bool | None = None

    @model_validator(mode="after")
    def _check_change(self) -> Self:
        if self.text is None and self.hidden is None:
            raise ValueError("send text or hidden")
        return self
