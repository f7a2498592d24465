"""The bodies of requests about caption outputs, and how the API shows an output."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from broadcaster.model.outputs.address import LONGEST_ADDRESS
from broadcaster.model.outputs.output import CaptionOutput, Options, OutputKind, OutputTarget
from broadcaster.model.outputs.progress import OutputProgress

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_ADDRESS)
]
ShownName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Password = Annotated[str, StringConstraints(max_length=200)]


class _OutputRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NewOutput(_OutputRequest):
    """Body of `POST /api/events/{event}/outputs`."""

    kind: OutputKind
    channel: str = Field("", max_length=35)
    name: Name = ""
    address: Address
    password: Password = ""
    input: ShownName = ""
    field: ShownName = ""
    columns: int = Field(0, ge=0, le=200)
    charset: Literal["utf-8", "latin-1", "ascii"] = "utf-8"

    def options(self) -> Options:
        """The options of its kind."""
        match self.kind:
            case OutputKind.TCP:
                return {"columns": self.columns, "charset": self.charset}
            case OutputKind.OBS:
                return {"input": self.input}
            case OutputKind.VMIX:
                return {"input": self.input, "field": self.field}
            case _:
                return {}

    @model_validator(mode="after")
    def _names_what_shows_it(self) -> Self:
        wanted = {OutputKind.OBS: ("input",), OutputKind.VMIX: ("input", "field")}
        for name in wanted.get(self.kind, ()):
            if not getattr(self, name):
                raise ValueError(f"{name} must not be empty")
        return self


class OutputChange(_OutputRequest):
    """Body of `PATCH /api/events/{event}/outputs/{output}`; what is missing stays as it is."""

    name: Name | None = None
    address: Address | None = None
    password: Password | None = None


def output_body(output: CaptionOutput, progress: OutputProgress | None) -> dict[str, Any]:
    """An output as the API shows it: never its address or password, only host and port.

    Args:
        output: the output.
        progress: None before a process has started it.
    """
    shown = progress if progress is not None else OutputProgress()
    return {
        "id": output.id,
        "kind": output.kind,
        "channel": output.channel,
        "name": output.name,
        "place": output.place,
        "options": dict(output.options),
        **shown.body(),
    }


def webhook_body(output: CaptionOutput, target: OutputTarget) -> dict[str, Any]:
    """A webhook that was just added, with its secret, which is shown this once."""
    return {**output_body(output, None), "secret": target.password}
