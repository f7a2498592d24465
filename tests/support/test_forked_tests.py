"""Tests that run in copies of the process that has collected them."""

import subprocess
import sys
from pathlib import Path

from tests.support.copies import ROOT

CONFTEST = """
import pytest

from tests.support.forked_tests import add_option as pytest_addoption
from tests.support.forked_tests import fork_if_asked as pytest_configure


@pytest.fixture(scope="session")
def said(tmp_path_factory):
    folder = tmp_path_factory.mktemp("said")
    yield folder
    print(f"ended: {folder}")
"""
BROKEN = """
import os


def test_that_fails():
    print("heard before")
    assert False


def test_that_crashes():
    os._exit(3)


def test_after_it():
    pass
"""
WHOLE = """
def test_that_passes(said):
    assert said.is_dir()
"""


def test_each_test_is_run_once_and_a_crash_costs_one(tmp_path: Path) -> None:
    for name, text in (
        ("conftest.py", CONFTEST),
        ("pytest.ini", "[pytest]\n"),
        ("test_broken.py", BROKEN),
        ("test_whole.py", WHOLE),
        ("test_another.py", WHOLE),
    ):
        (tmp_path / name).write_text(text)
    words = ["-m", "pytest", "--processes", "2", "-rA", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [sys.executable, *words, "-c", str(tmp_path / "pytest.ini"), str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "2 failed, 3 passed" in ran.stdout
    assert "heard before" in ran.stdout
    assert "its process ended with 3" in ran.stdout
    assert "ended: " in ran.stdout, "a process ends what its tests share"
