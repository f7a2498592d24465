"""What README and the command line say is true."""

from pathlib import Path

from broadcaster.config import Settings

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_every_setting_is_in_the_readme() -> None:
    names = [f"BROADCASTER_{name.upper()}" for name in Settings.model_fields]
    missing = [name for name in names if name not in README and "_PRICE_" not in name]
    assert not missing


def test_every_file_the_readme_names_is_there() -> None:
    root = Path(__file__).parents[1]
    for name in ("protocol", "measurements", "interpretation", "performance", "players"):
        assert f"docs/{name}.md" in README
        assert (root / f"docs/{name}.md").exists()
