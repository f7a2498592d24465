"""The commands of docs/av.md, by their blocks of code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

FOREIGN = ("ffmpeg", "gst-launch-1.0", "icecast2", "python3")
"""Other programs that a block has together with a command of ours."""
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SERVICE = re.compile(r"^ExecStart=/opt/broadcaster/\.venv/bin/(.*)", re.MULTILINE)
_DRAWN = "─"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code.

    Attributes:
        lines: commands, joined where they go on.
        description: the last description of a stream (SDP) before it; empty without one.
    """

    lines: tuple[str, ...]
    description: str = ""

    @property
    def foreign(self) -> tuple[str, ...]:
        """The lines of other programs that send or receive sound."""
        return tuple(line for line in self.lines if line.split(" ")[0] in FOREIGN)

    @property
    def own(self) -> tuple[str, ...]:
        """The lines of `broadcaster`."""
        return tuple(line for line in self.lines if line.startswith("broadcaster "))


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a document that have commands.

    A drawing, JSON and the description of a stream have none. A service of systemd has one.
    """
    description = ""
    for language, body in _BLOCK.findall(text):
        if body.startswith("v=0\n"):
            description = body
        elif language == "ini":
            yield Block(tuple(_SERVICE.findall(body)))
        elif language != "json" and _DRAWN not in body:
            yield Block(tuple(re.sub(r"\\\n\s*", "", body).splitlines()), description)
