"""Guards of every test: no blocking call in the event loop, no task left running."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from blockbuster import blockbuster_ctx
from hypothesis import settings
from pytest_asyncio import is_async_test

from tests.kinds import KINDS, kinds_of
from tests.support import forked_tests
from tests.support.copies import TEMPLATES
from tests.support.loopback import loopback_offered
from tests.support.shared_chromium import SHARED

# A busy machine must not fail a test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what our plugins need."""
    forked_tests.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the kinds of tests, and let children end by SIGHUP under `nohup` too."""
    forked_tests.fork_if_asked(config)
    gc.disable()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    config.addinivalue_line("markers", "fast: needs Python alone, and little time")
    for kind, meaning in KINDS.items():
        config.addinivalue_line("markers", f"{kind}: {meaning}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test with its kinds; one without a kind is fast."""
    for item in items:
        for kind in kinds_of(item) or {"fast"}:
            item.add_marker(kind)


def pytest_collection_finish() -> None:
    """Collect garbage from here on, but none among the thousands of tests, which all stay."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def one_chromium() -> Iterator[None]:
    """The browser that tests share ends with them."""
    with SHARED.sharing():
        yield


@pytest.fixture(scope="session", autouse=True)
def programs_imported_once() -> Iterator[None]:
    """The processes whose copies run the broadcaster end with the tests."""
    with TEMPLATES.offered():
        yield


@pytest.fixture(autouse=True)
def logging_unchanged() -> Iterator[None]:
    """A test that runs a command in this process leaves its set-up of logging to no other test."""
    root, ours = logging.getLogger(), logging.getLogger("broadcaster")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


@pytest.fixture(scope="session", autouse=True)
def no_blocking_calls() -> Iterator[None]:
    """A blocking call made by our code inside the event loop fails the test."""
    with blockbuster_ctx("broadcaster") as blockbuster:
        for function in ("os.stat", "os.listdir", "io.BufferedReader.read"):  # before serving
            blockbuster.functions[function].can_block_in("broadcaster/web/assets.py", "assets")
            blockbuster.functions[function].can_block_in("tests/audio/sounds.py", "speech")
        for function in ("threading.Lock.acquire", "threading.Lock.acquire_lock"):
            # aiortc ends its decoder's thread, which is idle, with a join.
            blockbuster.functions[function].can_block_in(
                "aiortc/rtcrtpreceiver.py", "__stop_decoder"
            )
        yield


@pytest.fixture(autouse=True)
def no_leaked_tasks(request: pytest.FixtureRequest) -> None:
    """A task that outlives its test fails the test; only tests with a loop have tasks."""
    if is_async_test(request.node):
        request.getfixturevalue("all_tasks_end")


@pytest_asyncio.fixture
async def all_tasks_end() -> AsyncIterator[None]:
    """See `no_leaked_tasks`."""
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)
    ours = asyncio.all_tasks() - before - {asyncio.current_task()}
    leaked = [task for task in ours if not task.done()]
    for task in leaked:
        task.cancel()
    assert not leaked, f"tasks left running: {[task.get_name() for task in leaked]}"


@pytest.fixture
def loopback() -> Iterator[None]:
    """WebRTC peers of this process find each other on loopback."""
    with loopback_offered():
        yield
