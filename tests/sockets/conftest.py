"""Certificates, made before the loop runs."""

import ssl
from pathlib import Path

import pytest

from tests.sockets.pairs import contexts


@pytest.fixture
def certified(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return contexts(tmp_path)
