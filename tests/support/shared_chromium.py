"""One Chromium for many tests of a process.

To start Chromium takes longer than most tests. A test connects to the one that runs, and makes
contexts of its own: they share nothing with those of other tests, and are closed at its end.
"""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_END_S = 20.0
# Should the tests be killed, the kernel ends it.
_WITH_THE_TESTS = ("setpriv", "--pdeathsig", "TERM")


class SharedChromium:
    """A browser that is started when it is first used, and ended by `close`.

    Args:
        options: of Playwright's `launchServer`.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._address = ""

    async def address(self) -> str:
        """Where to connect to it. One that has ended is replaced."""
        if self._process is None or self._process.poll() is not None:
            with TemporaryDirectory() as folder:
                config = Path(folder) / "options.json"
                config.write_text(json.dumps(self._options))
                self._process = self._start(config)
                assert self._process.stdout is not None
                line = await asyncio.to_thread(self._process.stdout.readline)
            self._address = line.decode().strip()
            assert self._address.startswith("ws:"), "Chromium does not start"
        return self._address

    def close(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            assert self._process.stdout is not None
            self._process.terminate()
            self._process.wait(_END_S)
            self._process.stdout.close()

    @staticmethod
    def _start(config: Path) -> subprocess.Popen[bytes]:
        from playwright._impl._driver import compute_driver_executable

        launch = (*compute_driver_executable(), "launch-server", "--browser", "chromium")
        command = (*_WITH_THE_TESTS, *launch, "--config", str(config))
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


class SharedBrowsers:
    """The browsers that the tests of this process share: one for each program and set of flags."""

    def __init__(self) -> None:
        self._browsers: dict[tuple[str, ...], SharedChromium] = {}
        self._sharing = False

    @contextmanager
    def sharing(self) -> Iterator[None]:
        """Browsers are shared inside this context, and ended with it."""
        self._sharing = True
        try:
            yield
        finally:
            self._sharing = False
            for browser in self._browsers.values():
                browser.close()
            self._browsers.clear()

    def get(self, options: dict[str, Any]) -> SharedChromium | None:
        """The browser with these options, None outside `sharing`."""
        if not self._sharing:
            return None
        key = (options["executablePath"], *options["args"])
        return self._browsers.setdefault(key, SharedChromium(options))


SHARED = SharedBrowsers()
