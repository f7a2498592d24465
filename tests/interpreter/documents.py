"""The document that the measurements are written into."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs"
DOCUMENT = FOLDER / "local-interpreter.md"
