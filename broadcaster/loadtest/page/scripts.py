"""The files that a page loads later. Its scripts are read once, before the crowd comes."""

import http.client
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from broadcaster.errors import BroadcasterError
from broadcaster.loadtest.page.document import parse_document
from broadcaster.loadtest.target import LoadTarget, get

_FILE_NAME = re.compile(
    r"""['"]((?:\.{1,2}/)+[\w./-]+\.(?:js|css))['"](?!, import\.meta\.url\)\.href)"""
)
"""A script names a file by an address that is relative to its own. In a joined script,
`new URL(…, import.meta.url).href` says where a part came from; that is no file to load."""
_PART = re.compile(r"""new URL\('([\w./-]+)', import\.meta\.url\)\.href""")
"""Where a part of a joined script came from. A name with `./` belongs to the part named next."""
_NOT_LOADED = ("/whep-deck.js", "/http-deck.js", "/fed-deck.js", "/feeder.js", "/fonts.css")
"""Phones of this test listen by WebSocket, and their owners have chosen no font."""
_MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class LaterFiles:
    """The files that a page loads after its beginning.

    Attributes:
        loaded_by: by the address of a file, the addresses of those that it loads.
    """

    loaded_by: Mapping[str, tuple[str, ...]]

    def after(self, file: str) -> tuple[str, ...]:
        """The files that a file loads."""
        return self.loaded_by.get(file, ())


def page_address(target: LoadTarget, channel: str) -> str:
    """The address of the page for listeners of a channel."""
    return f"/e/{target.event}?lang={channel}"


def find_later_files(target: LoadTarget) -> LaterFiles:
    """Read the page and its scripts.

    Raises:
        BroadcasterError: the server does not answer, or has no page with scripts.
    """
    document = parse_document(_get(target, page_address(target, target.channel(0))))
    waiting = [file for file in document.files if file.endswith(".js")]
    if not waiting:
        raise BroadcasterError(
            f"{target.url} has no page with scripts for {target.event}",
            hint="Check the link, and that nothing between here and the server changes pages.",
        )
    loaded_by: dict[str, tuple[str, ...]] = {}
    while waiting and len(loaded_by) < _MOST_FILES:
        address = waiting.pop()
        if address not in loaded_by:
            text = _get(target, address).decode()
            loaded_by[address] = _named_files(address, text)
            waiting += loaded_by[address]
    return LaterFiles(loaded_by)


def _named_files(address: str, text: str) -> tuple[str, ...]:
    named = [_address_of(found, address) for found in _FILE_NAME.finditer(text)]
    wanted = (one for one in named if not one.endswith(_NOT_LOADED) and one != address)
    return tuple(dict.fromkeys(wanted))


def _address_of(found: re.Match[str], script: str) -> str:
    """The address of a file that a script names."""
    folder, name = posixpath.dirname(script), found[1]
    part = _PART.search(found.string, found.end()) if name.startswith("./") else None
    if part is not None:
        folder = f"{folder}/{posixpath.dirname(part[1])}"
    return posixpath.normpath(f"{folder}/{name}")


def _get(target: LoadTarget, path: str) -> bytes:
    try:
        return get(target.url, target.address, target.tls, path, target.headers)
    except (OSError, http.client.HTTPException) as error:
        raise BroadcasterError(
            f"{target.url} does not answer ({error})", hint="Is it running?"
        ) from None
