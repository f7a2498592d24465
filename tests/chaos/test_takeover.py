"""Processes of booths die, leave and join, and Redis goes away, while somebody speaks.

What every channel wrote is compared word by word with what was said: nothing is lost, nothing is
written twice, and the sound of a channel never runs backwards. `python -m tests.chaos.takeovers`
has more faults.
"""

from pathlib import Path

import pytest

from tests.chaos.takeovers import TAKEOVERS, Takeover, run_takeover

IN_EVERY_RUN = (TAKEOVERS[0], TAKEOVERS[2], TAKEOVERS[3])


@pytest.mark.parametrize("takeover", IN_EVERY_RUN, ids=[one.what for one in IN_EVERY_RUN])
async def test_no_word_is_lost_or_repeated(takeover: Takeover, tmp_path: Path) -> None:
    assert await run_takeover(takeover, tmp_path)
