"""The addresses that documents name."""

import re
from collections.abc import Mapping

from tests.docs.documents import Document

_ADDRESS = re.compile(r"(GET|HEAD|POST|PATCH|DELETE) (/[^ ?]*)")
_PLACEHOLDER = re.compile(r"\{([^}]*)\}|<([^>]*)>")


def addresses_in(document: Document, names: Mapping[str, str]) -> set[tuple[str, str]]:
    """Methods and paths of one document, with these names in place of placeholders."""
    found = set()
    for span in document.spans():
        if match := _ADDRESS.match(span.replace("\\|", "|")):
            path = _PLACEHOLDER.sub(lambda holder: names[holder[1] or holder[2]], match[2])
            found.add((match[1], path))
    return found
