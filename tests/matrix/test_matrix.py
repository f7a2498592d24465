"""A part of the matrix, see `python -m tests.matrix`: the extremes, in Chromium."""

import re
from urllib.parse import urlsplit

import pytest

from tests.matrix.checking import Finding, leave, look, walk
from tests.matrix.events import served_events
from tests.matrix.states import STATES, entered
from tests.matrix.tabs import ChromiumTab, Reader, opened
from tests.support.browser import headless_shell

pytestmark = pytest.mark.browser

WIDE = Reader(locale="de"), (1280, 800), "light"
NARROW = Reader(locale="ar", text_percent=200), (320, 568), "dark"
PHONE = (360, 640)
EXPECTED_COMPLAINTS = re.compile("Failed to load resource|WebSocket connection to|ERR_")
"""A browser says so of an answer 401, 404 or 429, and of a network that is lost."""
SOURCES = {"'self'", "'none'", "data:"}
"""All that a page may load from. Nothing inline, no `eval`, nobody else's address."""
FED_PLAYER = "media-src 'self' blob:; "
"""Sound alone may come from a script of the page."""


@pytest.mark.parametrize(
    ("reader", "size", "theme", "by_keyboard"), [(*WIDE, False), (*NARROW, True)]
)
async def test_every_state_can_be_read_and_used_by_everybody(
    reader: Reader, size: tuple[int, int], theme: str, *, by_keyboard: bool
) -> None:
    """And no request leaves the page's own server, under its real content security policy.

    The keyboard is tried once, where large text leaves the least room for what has the focus.
    """
    wrong = list[Finding]()
    async with served_events() as events, opened(reader, headless_shell) as (tab, _):
        assert isinstance(tab, ChromiumTab)
        policies = set[str]()
        tab.page.on(
            "response",
            lambda answer: policies.add(answer.headers.get("content-security-policy", "")),
        )
        for state in STATES:
            await tab.resize(*PHONE)
            await entered(tab, events, state)
            if by_keyboard:
                wrong += await walk(tab, state)
            wrong += await look(tab, state, *size, theme)
            if by_keyboard:
                wrong += await leave(tab, events, state)
        host = urlsplit(events.url).netloc
    assert not wrong
    assert {urlsplit(url).netloc for url in tab.asked if not url.startswith("data:")} == {host}
    assert not [said for said in tab.complaints if not EXPECTED_COMPLAINTS.search(said)]
    used = {
        source for policy in policies for source in sources(policy.replace(FED_PLAYER, ""), host)
    }
    assert used <= SOURCES, used


def sources(policy: str, own: str) -> set[str]:
    """The sources that a policy names, the page's own address left out."""
    directives = [directive.split()[1:] for directive in policy.split(";") if directive.strip()]
    return {source for names in directives for source in names if own not in source}
