"""Documents, docstrings and comments are plain English: see "House style" in CONTRIBUTING.md."""

import ast
import io
import json
import re
import tokenize
from collections import deque
from collections.abc import Iterator
from functools import cache

import pytest

from tests.docs.documents import ROOT, documents, files

BANNED = {
    r"\bso many\b": "say the number, or `this many`",
    r"\banew\b": "again",
    r"\bmeanwhile\b": "during what?",
    r"\blikewise\b": "too",
    r"\b(?:is|are) (?-i:none)\b": "there is no <thing>",
    r"\bis away\b": "is down, has left",
    r"\b(?:at|in) the pace of (?:real )?time\b": "in real time",
    r"\bbeside\b": "next to, or besides",
    r"\bhome-made\b": "self-signed",
    r"\bplayers? of other makers\b": "third-party player",
    r"\bof no (?:more )?use\b": "no longer needed, ignored",
    r"(?:^|[.:;,] |\b(?:and|but|or|for|to|of|with|by|whether) )who\b": (
        "name the person or the thing: `a client that …`"
    ),
}
_ANY_BANNED = re.compile("|".join(f"(?:{pattern})" for pattern in BANNED), re.IGNORECASE)
CLAUSE_AS_TITLE = re.compile(r"(?:What|Where|How|Who|Which|Whether|When|Why)\b")
NAMES_THE_WORDS = "CONTRIBUTING.md"
"""Lists the banned words, in quotes."""
_JS_COMMENT = re.compile(r"/\*.*?\*/|(?:^|(?<=\s))//[^\n]*", re.DOTALL)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_QUOTED = re.compile(r'"[^"\n]*"')
_LONGEST_MESSAGE = 500
_MARGIN = re.compile(r"^\s*(?:#|//|\*)+ ?", re.MULTILINE)


def python_files() -> list[str]:
    """Every Python module."""
    return [name for name in sorted(files()) if name.endswith(".py")]


def script_files() -> list[str]:
    """Scripts of the pages and of their tests."""
    return [name for name in sorted(files()) if name.endswith((".js", ".mjs"))]


@cache
def docstrings(name: str) -> list[str]:
    """The docstrings of a module, that of the module first, and strings below an attribute."""
    found, blocks = list[str](), deque[ast.AST]([ast.parse((ROOT / name).read_text())])
    while blocks:
        node = blocks.popleft()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            text = node.value.value
            if isinstance(text, str):
                found.append(text)
        for part in ("body", "handlers", "orelse", "finalbody", "cases"):
            blocks.extend(getattr(node, part, ()))
    return found


def messages(name: str) -> list[str]:
    """The short strings of a module that have several words."""
    constants = [
        node.value
        for node in ast.walk(ast.parse((ROOT / name).read_text()))
        if isinstance(node, ast.Constant)
    ]
    texts = [text for text in constants if isinstance(text, str) and " " in text]
    return [text for text in texts if len(text) < _LONGEST_MESSAGE]


def comments(source: str) -> Iterator[str]:
    """Blocks of comments; comments on neighbouring lines are one text."""
    if not _may_have_problems(source):
        return
    block, last_line = list[str](), -1
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        if token.start[0] != last_line + 1:
            yield " ".join(block)
            block = []
        block.append(token.string.lstrip("# "))
        last_line = token.start[0]
    yield " ".join(block)


def _may_have_problems(source: str) -> bool:
    """Whether the comments have to be told from the strings, which takes long."""
    text, last_line = "", -1
    for number, line in enumerate(source.splitlines()):
        code, mark, comment = line.partition("#")
        if not mark:
            continue
        if "#" in comment.lstrip("#") or '"' in code or "'" in code:
            return True
        text += (" " if number == last_line + 1 else "\n\n") + comment.lstrip("# ")
        last_line = number
    return bool(problems(text))


def problems(text: str) -> list[str]:
    """Banned words in a text, with what to say instead."""
    prose = _CODE.sub("CODE", _MARGIN.sub("", text))
    found = []
    for paragraph in re.split(r"\n\s*\n", prose):
        line = " ".join(paragraph.split())
        if not _ANY_BANNED.search(line):
            continue
        for pattern, instead in BANNED.items():
            if match := re.search(pattern, line, re.IGNORECASE):
                found.append(f"{line[max(0, match.start() - 40) : match.end() + 20]!r}: {instead}")
    return found


def test_documents_are_plain_english() -> None:
    wrong = {}
    for document in documents():
        text = document.text
        if document.name == NAMES_THE_WORDS:
            text = _QUOTED.sub("", text)
        wrong[document.name] = problems(text)
    assert not {name: found for name, found in wrong.items() if found}


def test_docstrings_and_comments_are_plain_english() -> None:
    wrong = {}
    for name in python_files():
        texts = [*docstrings(name), *comments((ROOT / name).read_text())]
        wrong[name] = [problem for text in texts for problem in problems(text)]
    assert not {name: found for name, found in wrong.items() if found}


def test_comments_of_scripts_are_plain_english() -> None:
    wrong = {}
    for name in script_files():
        texts = _JS_COMMENT.findall((ROOT / name).read_text())
        wrong[name] = [problem for text in texts for problem in problems(text)]
    assert not {name: found for name, found in wrong.items() if found}


def test_messages_are_plain_english() -> None:
    """Messages to people, descriptions of settings, and lines of the log."""
    wrong = {
        name: [problem for text in messages(name) for problem in problems(text)]
        for name in python_files()
        if name.startswith("broadcaster/")
    }
    assert not {name: found for name, found in wrong.items() if found}


@pytest.mark.parametrize("name", ["en.json", "organizer/en.json"])
def test_words_of_the_pages_are_plain_english(name: str) -> None:
    texts: list[str] = []

    def collect(pairs: list[tuple[str, object]]) -> None:
        texts.extend(value for _, value in pairs if isinstance(value, str))

    words = (ROOT / "listener_web" / "i18n" / name).read_text()
    json.loads(words, object_pairs_hook=collect)
    assert len(texts) > 100
    assert not [problem for text in texts for problem in problems(text)]


def test_a_module_is_described_by_a_noun_or_a_verb() -> None:
    """Not by a clause such as "What the floor puts on the bus"."""
    titles = {name: next(iter(docstrings(name)), "").strip() for name in python_files()}
    for name in script_files():
        source = (ROOT / name).read_text()
        titles[name] = _MARGIN.sub("", source.removeprefix("/*")).strip()
    assert not {name for name, title in titles.items() if CLAUSE_AS_TITLE.match(title)}


def test_no_docstring_begins_with_what_or_who() -> None:
    wrong = {}
    for name in python_files():
        texts = docstrings(name)
        wrong[name] = [text for text in texts if text.lstrip().startswith(("What ", "Who "))]
    assert not {name: found for name, found in wrong.items() if found}


@pytest.mark.parametrize(
    "text",
    [
        "There are so many.",
        "It is made\n    anew.",
        "# Some listeners, and who\n# reads captions",
        "Who asks twice is refused.",
        "Null when there is none.",
        "A queue beside the other",
    ],
)
def test_a_banned_word_is_found(text: str) -> None:
    assert problems(text)


@pytest.mark.parametrize("text", ["A client, which asks", "The person who speaks", "`who` is code"])
def test_plain_english_is_left_alone(text: str) -> None:
    assert not problems(text)
