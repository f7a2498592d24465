"""A part of the matrix of the organizer's pages, see `python -m tests.matrix.desk`.

Each state is looked at once. The widths and themes take turns, so that each width meets each theme.
Every third state is used by keyboard in forced colours.
"""

import pytest

from tests.matrix.checking import Finding
from tests.matrix.desk.looking import THEMES, WIDTHS, looked_at, used
from tests.matrix.desk.served import desk_with_everything
from tests.matrix.desk.states import STATES
from tests.support.browser import headless_shell

pytestmark = pytest.mark.browser
PARTS = 2
"""This many tests share the states, so that they can run at the same time."""


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_state_of_the_desk_can_be_read_and_used_by_everybody(part: int) -> None:
    found = list[Finding]()
    async with desk_with_everything() as url, headless_shell() as browser:
        for place, state in list(enumerate(STATES))[part::PARTS]:
            width = WIDTHS[place % len(WIDTHS)]
            theme = THEMES[place // len(WIDTHS) % len(THEMES)]
            found += await looked_at(browser, url, state, ((width, theme),))
            if place % 3 == 0:
                found += await used(browser, url, state, WIDTHS[0])
    assert [f"{one.state}, {one.where}: {one.problem}" for one in found] == []
