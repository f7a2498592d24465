"""Findings of each reader in each state, kept in files, so that a part can be run again."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.matrix.checking import Finding
from tests.matrix.states import State
from tests.matrix.tabs import Reader


@dataclass
class Checked:
    """The checks of one state.

    Attributes:
        looks: how often it was looked at.
        findings: all that is wrong.
    """

    looks: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass
class Result:
    """All that one reader has seen.

    Attributes:
        version: of the browser.
        states: by their names.
    """

    version: str = ""
    states: dict[str, Checked] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> "Result":
        """The result that `to_json` has written."""
        read = json.loads(text)
        states = {
            name: Checked(one["looks"], [Finding(**finding) for finding in one["findings"]])
            for name, one in read["states"].items()
        }
        return cls(read["version"], states)

    def to_json(self) -> str:
        """The result as a text."""
        return json.dumps(asdict(self), indent=1)


class Results:
    """The results of all readers.

    Args:
        folder: for a file of each reader, with what earlier runs have found; None keeps nothing.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._of: dict[Reader, Result] = {}

    def load(self, readers: Sequence[Reader]) -> None:
        """Read what is kept of these readers."""
        for reader in readers:
            file = self._file(reader)
            if file is not None and file.exists():
                self._of[reader] = Result.from_json(file.read_text())

    def begin(self, reader: Reader, version: str, state: State) -> None:
        """Forget what was found of a state, because it is looked at again."""
        result = self._of.setdefault(reader, Result())
        result.version = version
        result.states[state.name] = Checked()

    def lack(self, reader: Reader, state: State) -> bool:
        """Whether a state was not looked at, or something was wrong with it."""
        checked = self._of.get(reader, Result()).states.get(state.name)
        return checked is None or bool(checked.findings)

    def add(self, reader: Reader, state: State, findings: Sequence[Finding]) -> None:
        """Count a look at a state, and print what it has found."""
        checked = self._of[reader].states[state.name]
        checked.looks += 1
        checked.findings += findings
        for finding in findings:
            about = f"{reader.browser} {reader.locale} {reader.text_percent} %{_colours(reader)}"
            print(f"{about} · {finding.state} · {finding.where}: {finding.problem}", flush=True)

    def keep(self, reader: Reader) -> None:
        """Write what one reader has seen, if results are kept."""
        file = self._file(reader)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self._of[reader].to_json())

    def versions(self) -> dict[str, str]:
        """The version of each browser that was used."""
        return {reader.browser: result.version for reader, result in self._of.items()}

    def cell(self, browser: str, state: State) -> str:
        """How often a state was looked at in a browser, or how much was wrong."""
        all_checked = list(self._checked(browser, state))
        wrong = sum(len(checked.findings) for checked in all_checked)
        if wrong:
            return f"**{wrong} wrong**"
        looks = sum(checked.looks for checked in all_checked)
        return f"{looks} ✓" if looks else "–"

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not any(
            checked.findings for result in self._of.values() for checked in result.states.values()
        )

    def _checked(self, browser: str, state: State) -> Iterator[Checked]:
        for reader, result in self._of.items():
            if reader.browser == browser and state.name in result.states:
                yield result.states[state.name]

    def _file(self, reader: Reader) -> Path | None:
        if self._folder is None:
            return None
        forced = "-forced" if reader.forced_colors else ""
        name = f"{reader.browser}-{reader.locale}-{reader.text_percent}{forced}.json"
        return self._folder / name


def _colours(reader: Reader) -> str:
    return ", forced colours" if reader.forced_colors else ""
