"""The HTML of a page: its styles in one file, and answers to what it asks first."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

_STYLES = re.compile(r'(?:[ \t]*<link rel="stylesheet" href="/static/[^"]+" />\n)+')
_FILE = re.compile(r'(?:href|src)="/static/(?:[0-9a-f]{16}/)?([^"]+)"')
_STYLE = re.compile(r'href="/static/([^"]+)"')
_PRELOAD = 'rel="modulepreload"'
_ROOT = re.compile(r"<html[^>]*>")
_TEXT = re.compile(r'(<[^<>]*\bdata-text="(\w+)"[^<>]*>)[^<]*')
_LABEL = re.compile(r'aria-label="[^"]*"(\s+data-label="(\w+)")')
_BODY_END = "</body>"
_OF_EVENT = re.compile(r"(<[^<>]*\bdata-of-event\b[^<>]*?)\s+hidden(?=[\s>])")
_EVENT_TITLE = re.compile(r'(<h1\b[^<>]*\bid="title"[^<>]*>)[^<]*')


@dataclass(frozen=True, slots=True)
class Document:
    """A page.

    Attributes:
        start: up to the end of its body.
        end: the rest.
        styles: the paths of its styles in `listener_web/`, in their order.
    """

    start: str
    end: str
    styles: tuple[str, ...]

    @property
    def files(self) -> set[str]:
        """The paths of the files that it names, without their version."""
        return set(_FILE.findall(self.start))

    @classmethod
    def parse(cls, text: str, joined_styles: str) -> Self:
        """Read a page, and put one link in the place of those to its styles.

        Args:
            text: the source.
            joined_styles: the path of the file that has the styles of all links.
        """
        links = _STYLES.findall(text)
        styles = tuple(path for run in links for path in _STYLE.findall(run))
        # The connection that brought the page is free first. A script that the page asks for early
        # is longer than the styles, so it takes that one.
        priority = ' fetchpriority="low"' if _PRELOAD in text else ""
        link = f'    <link rel="stylesheet" href="/static/{joined_styles}"{priority} />\n'
        for number, run in enumerate(links):
            text = text.replace(run, "" if number else link)
        start, found, end = text.rpartition(_BODY_END)
        return cls(start, found + end, styles) if found else cls(text, "", styles)

    def localised(self, language: str, direction: str, words: Mapping[str, object]) -> Self:
        """The page with the words of a language, where it has those of another one.

        Its script says them again as soon as it runs, so a wrong guess is seen for a moment only.

        Args:
            language: tag.
            direction: `ltr` or `rtl`.
            words: by their keys, as elements name them in `data-text` and `data-label`.
        """

        def text(found: re.Match[str]) -> str:
            return f"{found[1]}{html.escape(str(words[found[2]]), quote=False)}"

        def label(found: re.Match[str]) -> str:
            return f'aria-label="{html.escape(str(words[found[2]]))}"{found[1]}'

        start = _TEXT.sub(text, self.start)
        start = _LABEL.sub(label, start)
        root = f'<html lang="{html.escape(language)}" dir="{direction}">'
        return replace(self, start=_ROOT.sub(root, start, count=1))

    def of_event(self, title: str) -> Self:
        """The page with the title of its event, and with the elements that any event has.

        Its script shows them too. The layout does not move then, because they are there before.
        """
        start = _OF_EVENT.sub(r"\1", self.start)

        def heading(found: re.Match[str]) -> str:
            return f"{found[1]}{html.escape(title, quote=False)}"

        return replace(self, start=_EVENT_TITLE.sub(heading, start, count=1))

    def with_answers(self, answers: Mapping[str, bytes]) -> bytes:
        """The page with answers that its scripts need not ask for; see `shared/page-answers.js`.

        Args:
            answers: JSON by the address that it is the answer of.
        """
        blocks = [
            f'<script type="application/json" data-answer="{html.escape(address)}">'
            f"{_in_script(answer)}</script>\n"
            for address, answer in answers.items()
        ]
        return "".join([self.start, *blocks, self.end]).encode()


def _in_script(json: bytes) -> str:
    """JSON that cannot end the element it stands in."""
    return json.decode().replace("<", "\\u003c")
