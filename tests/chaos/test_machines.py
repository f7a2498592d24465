"""Processes die and leave, Redis and the disk fail, while somebody speaks.

What every channel wrote is compared word by word with what was said: nothing is lost, nothing is
written twice, and the sound of a channel never runs backwards. `python -m tests.chaos.machines` has
more faults, and tells how long they were heard.
"""

from pathlib import Path

import pytest

from tests.chaos.machines.faults import (
    A_PROCESS_OF_EACH_ROLE,
    FAULTS,
    MachineFault,
    run_fault,
)
from tests.chaos.machines.outcome import outcomes
from tests.chaos.machines.refusals import REFUSALS, Refusal, refused

ALSO_IN_EVERY_RUN = (
    "Redis is down for 10 s",
    "one process, no Redis: kill -9",
    "one process, no Redis: SIGTERM",
    "one process, no Redis: paused, then SIGTERM",
    "one process, disk full for 10 s",
)
IN_EVERY_RUN = [
    A_PROCESS_OF_EACH_ROLE,
    *(fault for fault in FAULTS if fault.what in ALSO_IN_EVERY_RUN),
]


@pytest.mark.parametrize("fault", IN_EVERY_RUN, ids=lambda one: one.what)
async def test_no_word_is_lost_or_repeated(fault: MachineFault, tmp_path: Path) -> None:
    site = await run_fault(fault, tmp_path)
    found = outcomes(site)
    assert all(one.is_right(fault) for one in found), found


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: one.what)
async def test_a_server_that_must_not_serve_says_why(refusal: Refusal, tmp_path: Path) -> None:
    sentence, named = await refused(refusal, tmp_path)
    assert named, sentence
