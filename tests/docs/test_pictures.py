"""The pictures of the documents are small, and each of them is shown."""

import re

from tests.docs.documents import ROOT, documents

FOLDER = ROOT / "docs" / "pictures"
MOST_BYTES = 60_000
MOST_BYTES_IN_ALL = 1_000_000
_PICTURE = re.compile(r'<img [^>]*src="([^"]+)"')
_ALT = re.compile(r"<img (?![^>]*alt=\"[^\"]{10,}\")")


def test_every_picture_is_there_and_is_shown() -> None:
    shown = {
        (document.path.parent / target).resolve()
        for document in documents()
        for target in _PICTURE.findall(document.text)
    }
    assert shown == set(FOLDER.iterdir())


def test_every_picture_is_described() -> None:
    assert not [document.name for document in documents() if _ALT.search(document.text)]


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert not {name: size for name, size in sizes.items() if size > MOST_BYTES}
    assert sum(sizes.values()) <= MOST_BYTES_IN_ALL
