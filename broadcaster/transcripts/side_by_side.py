"""Two languages side by side: a page of HTML, text to read, and JSON."""

import json
from collections.abc import Sequence
from html import escape

from broadcaster.transcripts.files import clock_text
from broadcaster.transcripts.pairs import Pair
from broadcaster.transcripts.speakers import introduced, named_markup
from broadcaster.transcripts.text_types import Column

_PAGE_STYLE = (
    "body{max-width:64rem;margin:2rem auto;padding:0 1rem;font:1.1rem/1.6 sans-serif}"
    "table{border-collapse:collapse;width:100%}th,td{padding:.4rem .8rem;vertical-align:top;"
    "text-align:start;border-bottom:1px solid #ddd}"
)


def two_languages_page(
    pairs: Sequence[Pair], title: str, left: Column, right: Column, notice: str
) -> str:
    """Two languages side by side as a page of HTML to read and print."""
    heads = "".join(f'<th scope="col">{escape(one.name)}</th>' for one in (left, right))
    rows = [
        f"<tr><td><time>{clock_text(one.start_ms)}</time></td>"
        f"{_cell(one.left, left, one.speaker)}{_cell(one.right, right)}</tr>"
        for one in pairs
    ]
    told = f"<p>{escape(notice, quote=False)}</p>\n" if notice else ""
    return (
        f'<!doctype html>\n<html>\n<meta charset="utf-8">\n'
        f"<title>{escape(title, quote=False)}</title>\n<style>{_PAGE_STYLE}</style>\n"
        f"<h1>{escape(title, quote=False)}</h1>\n{told}<table>\n<tr><td></td>{heads}</tr>\n"
        + "\n".join(rows)
        + "\n</table>\n</html>\n"
    )


def two_languages_text(
    pairs: Sequence[Pair], title: str, left: Column, right: Column, notice: str
) -> str:
    """Two languages as text: each paragraph with the time, and below it the other language."""
    head = "\n".join(filter(None, [title, f"{left.name} · {right.name}", notice]))
    blocks = [
        "\n".join(filter(None, [f"[{clock_text(one.start_ms)}]", _said(one), one.right]))
        for one in pairs
    ]
    return "\n\n".join([head, *blocks]) + "\n"


def two_languages_json(
    pairs: Sequence[Pair], title: str, channels: tuple[str, str], notice: str
) -> str:
    """Two languages for programs: the paragraphs with their times.

    Args:
        pairs: in the order of speech.
        title: of the event.
        channels: ids of the first and of the second channel.
        notice: the sentence about AI, or empty.
    """
    body = {
        "title": title,
        "channels": channels,
        "ai_generated": True,
        "ai_notice": notice,
        "paragraphs": [
            {
                "start_ms": one.start_ms,
                "texts": [one.left, one.right],
                **({"speaker": one.speaker} if one.speaker else {}),
            }
            for one in pairs
        ],
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def _said(pair: Pair) -> str:
    return introduced(pair.speaker, pair.left) if pair.left else pair.speaker and f"{pair.speaker}:"


def _cell(text: str, language: Column, speaker: str = "") -> str:
    tag = f' lang="{escape(language.tag)}"' if language.tag else ""
    content = f"{named_markup(speaker)}{escape(text, quote=False)}"
    return f'<td{tag} dir="{language.direction}">{content}</td>'
