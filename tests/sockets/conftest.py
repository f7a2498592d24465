"""Certificates, made before the loop runs."""

import ssl
from pathlib import Path

import pytest

from broadcaster.system.open_files import raise_open_files
from tests.sockets.pairs import contexts


@pytest.fixture(autouse=True, scope="session")
def many_files() -> None:
    """Hundreds of connections have two ends here."""
    raise_open_files()


@pytest.fixture
def certified(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return contexts(tmp_path)
