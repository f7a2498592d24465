"""Single statements of the documents that the code can contradict."""

import json
import re

from broadcaster.rehearsal.faults.catalogue import Fault
from tests.docs.documents import ROOT, document, files

README = document(ROOT / "README.md")
DEBUGGING = document(ROOT / "docs" / "debugging.md")
CI = (ROOT / ".ci" / "run").read_text()


def test_ci_runs_what_the_readme_says() -> None:
    said = "\n".join(README.lines_of_code())
    commands = [line for line in CI.splitlines() if line.startswith("make ")]
    assert commands
    assert not [command for command in commands if command not in said]


def test_ci_installs_what_the_readme_names() -> None:
    needed = {
        package
        for span in README.spans()
        if span.startswith("apt-get install redis-server")
        for package in span.removeprefix("apt-get install ").split()
    }
    assert needed
    assert not [package for package in needed if not re.search(rf"\b{package}\b", CI)]


def test_the_faults_to_try_are_faults() -> None:
    bodies = re.findall(r"-d '(.+)'", "\n".join(DEBUGGING.lines_of_code()))
    assert [fault for body in bodies for fault in Fault.list_from_json(json.loads(body))]


def test_the_private_parts_of_libraries_are_listed() -> None:
    used = {
        name
        for name in files()
        if name.startswith("broadcaster/") and name.endswith(".py")
        if "SLF001" in (ROOT / name).read_text()
    }
    assert used
    assert not used - set(DEBUGGING.spans())
