"""Every link, anchor and file name in a document leads to something that is there."""

import os
import re

import pytest

from tests.docs.documents import ROOT, Document, document, documents, files

_FILE = re.compile(r"[\w.+-]+(?:/[\w.+-]+)*\.(?:py|js|md|ya?ml|toml|html|css|c|txt|flac)")
_ROOTS = ("broadcaster/", "docs/", "listener_web/", "tests/", ".ci/")
_MADE_WHEN_USED = {"talk.wav", "es.mp3"}

every_document = pytest.mark.parametrize("document", documents(), ids=lambda one: one.name)


@every_document
def test_links_lead_somewhere(document: Document) -> None:
    assert not [target for target in document.links() if not leads_somewhere(document, target)]


@every_document
def test_the_files_it_names_are_there(document: Document) -> None:
    named = [span for span in document.spans() if _FILE.fullmatch(span) or span.endswith("/")]
    assert not [name for name in named if not is_there(document, name)]


def leads_somewhere(document_: Document, target: str) -> bool:
    """Whether a link's file is there, and has the anchor."""
    name, _, anchor = target.partition("#")
    path = (document_.path.parent / name).resolve() if name else document_.path
    if not path.exists():
        return False
    return not anchor or anchor in document(path).anchors()


def is_there(document_: Document, name: str) -> bool:
    """Whether a file or folder is at this path, or somewhere if only its last names are given."""
    if name in _MADE_WHEN_USED or name.startswith(("/", ".venv")):
        return True
    if name.startswith(_ROOTS) or "/" not in name.strip("/"):
        candidates = {name} if name.startswith(_ROOTS) else set()
    else:
        candidates = {f"broadcaster/{name}"}
    beside = os.path.relpath((document_.path.parent / name).resolve(), ROOT)
    candidates |= {beside, f"{beside}/"}
    if any((ROOT / candidate).exists() for candidate in candidates):
        return True
    if name.endswith("/"):
        return any(f"/{file}".rpartition("/")[0].endswith(f"/{name[:-1]}") for file in files())
    return any(f"/{file}".endswith(f"/{name}") for file in files())
