"""The page as a phone reads it: files to load, and answers that came with it."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

import brotli

from broadcaster.errors import ListenerLost

_FIRST_LINKS = frozenset({"stylesheet", "modulepreload"})


@dataclass(frozen=True, slots=True)
class PageDocument:
    """A page.

    Attributes:
        files: addresses of its styles and scripts, in their order.
        icons: addresses of its icons, which browsers load last.
        answers: JSON by the address that it is the answer of.
    """

    files: tuple[str, ...]
    icons: tuple[str, ...]
    answers: Mapping[str, bytes]

    def has_answer(self, address: str) -> bool:
        """Whether the answer to this address came with the page."""
        return address in self.answers


@dataclass(frozen=True, slots=True)
class EmbeddedCaptions:
    """The captions that came with a page.

    Attributes:
        count: how many.
        after: the stream id after which the stream goes on.
    """

    count: int
    after: str


@lru_cache(maxsize=64)
def document_of(body: bytes, coding: str) -> PageDocument:
    """The page in the body of an answer. A crowd gets equal ones, so the newest are remembered.

    Args:
        body: as it came.
        coding: its header Content-Encoding; empty for none.

    Raises:
        ListenerLost: it is not compressed like this.
    """
    try:
        match coding:
            case "br":
                return parse_document(bytes(brotli.decompress(body)))
            case "gzip":
                return parse_document(gzip.decompress(body))
            case _:
                return parse_document(body)
    except (brotli.error, OSError, EOFError):
        raise ListenerLost("the page is not compressed as its head says") from None


def parse_document(html: bytes) -> PageDocument:
    """Read a page."""
    reader = _Reader()
    reader.feed(html.decode())
    reader.close()
    return PageDocument(
        tuple(dict.fromkeys(reader.files)),
        tuple(dict.fromkeys(reader.icons)),
        {address: "".join(parts).encode() for address, parts in reader.answers.items()},
    )


@lru_cache(maxsize=64)
def embedded_captions(answer: bytes) -> EmbeddedCaptions:
    """The captions of an answer of `/e/{event}/poll/{channel}`.

    Raises:
        ListenerLost: it is not such an answer.
    """
    try:
        body = json.loads(answer)
        return EmbeddedCaptions(len(body["captions"]), str(body["after"]))
    except (ValueError, KeyError, TypeError):
        raise ListenerLost("the page came with captions that make no sense") from None


@dataclass
class _Reader(HTMLParser):
    files: list[str] = field(default_factory=list)
    icons: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._answer: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._answer = None
        if tag == "link" and values.get("rel") in _FIRST_LINKS:
            self.files.append(values.get("href") or "")
        elif tag == "link" and values.get("rel") == "icon":
            self.icons.append(values.get("href") or "")
        elif tag == "script" and values.get("src"):
            self.files.append(values["src"] or "")
        elif tag == "script" and (address := values.get("data-answer")):
            self._answer = self.answers.setdefault(address, [])

    def handle_data(self, data: str) -> None:
        if self._answer is not None:
            self._answer.append(data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - HTMLParser's signature
        self._answer = None
