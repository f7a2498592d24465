"""Finding the licence of a model."""

from pathlib import Path

import pytest

from broadcaster.rehearsal.models.licences import find_licence


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        (
            "LICENSE",
            "\n  Attribution 4.0 International\n\nBy exercising",
            "Attribution 4.0 International",
        ),
        ("COPYING.txt", "MIT License\n", "MIT License"),
        ("README.md", "---\nlanguage:\n- en\nlicense: apache-2.0\n---\n# opus", "apache-2.0"),
        ("README.md", "# Model\nPublished under CC-BY 4.0 by its authors.", "CC-BY 4.0"),
        ("README", "Licence: see CC0", "CC0"),
    ],
)
def test_the_licence_is_found(tmp_path: Path, file: str, text: str, name: str) -> None:
    (tmp_path / file).write_text(text)
    found = find_licence(tmp_path)
    assert found is not None
    assert found.name == name
    assert found.file == file


def test_a_model_that_tells_no_licence_has_none(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("A model.")
    (tmp_path / "LICENSE").touch()
    assert find_licence(tmp_path) is None
