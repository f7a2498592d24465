"""Text as lines of bytes, for devices that know few characters and short lines."""

import textwrap
import unicodedata

_PLAIN = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": ",",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
    }
)
UNICODE = "utf-8"


def encoded_lines(text: str, columns: int, charset: str) -> bytes:
    """The lines of a text, each ended by CR LF.

    Args:
        text: lines joined by newlines.
        columns: the longest line in characters; 0 leaves the lines as they are.
        charset: a Python codec. A character that it has not is written as the nearest one that it
            has, or else as a question mark.
    """
    given = [_printable(line) for line in text.split("\n")]
    lines = [
        part for line in given for part in (textwrap.wrap(line, columns) if columns else [line])
    ]
    return b"".join(_encoded(line, charset) + b"\r\n" for line in lines if line)


def _printable(line: str) -> str:
    """A line without control characters, which an encoder could take for commands."""
    return "".join(one if one.isprintable() else " " for one in line).strip()


def _encoded(line: str, charset: str) -> bytes:
    if charset == UNICODE:
        return line.encode()
    return b"".join(_encoded_character(one, charset) for one in line)


def _encoded_character(one: str, charset: str) -> bytes:
    try:
        return one.encode(charset)
    except UnicodeEncodeError:
        pass
    plain = unicodedata.normalize("NFKD", one.translate(_PLAIN))
    kept = "".join(part for part in plain if not unicodedata.combining(part))
    return kept.encode(charset, errors="replace")
