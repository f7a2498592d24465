"""`broadcaster report` writes the files of an event, and computes the score of a sheet."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from broadcaster.bus import open_bus
from broadcaster.commands.cli import main
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.support.server import TOKEN, running_server

FIRST = Caption("es-1", "es", 3_000, 5_000, "Buenos días.", final=True)
FLOOR = (
    Caption("floor-1", "floor", 500, 2_500, "Good morning.", final=True),
    Caption("floor-2", "floor", 3_000, 4_500, "Water is life.", final=True),
)


async def run(*words: str) -> Result:
    """Run a command in a thread: it has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, main, words, env={"COLUMNS": "200"})


def files_with_lines(folder: Path, **lines: tuple[str, ...]) -> dict[str, str]:
    paths = {name: folder / f"{name}.txt" for name in lines}
    for name, path in paths.items():
        path.write_text("\n".join(lines[name]))
    return {name: str(path) for name, path in paths.items()}


async def test_the_report_of_an_event_with_a_reference(tmp_path: Path) -> None:
    data, folder = tmp_path / "server", tmp_path / "report"
    async with running_server(data) as server:
        await server.create("es")
        await server.move("closed")
    async with open_bus(None, data) as bus:
        for caption in (FIRST, replace(FIRST, id="es-2", start_ms=6_000, text="Agua es vida.")):
            await bus.append(keys.captions("talk", "es"), caption.to_json())
        for caption in FLOOR:
            await bus.append(keys.captions("talk", "floor"), caption.to_json())
    files = files_with_lines(
        tmp_path,
        script=("Good morning.", "Water is life."),
        es=("Buenos días.", "El agua es vida."),
        short=("Buenos días.",),
    )
    async with running_server(data) as server:
        access = ("report", "talk", "--url", server.url, "--token", TOKEN, "--out", str(folder))
        script = ("--script", files["script"])
        result = await run(*access, *script, "--reference", f"es={files['es']}")
        short = await run(*access, *script, "--reference", f"es={files['short']}")
        other = await run(*access, *script, "--reference", f"fr={files['es']}")
        missing = await run("report", "none", *access[2:])
    assert result.exit_code == 0, result.output
    assert str(folder / "report.html") in result.output
    figures = json.loads((folder / "figures.json").read_text())
    [floor, spanish] = figures["channels"]
    assert floor["scores"]["chrf"] > 90
    assert 40 < spanish["scores"]["bleu"] < 100
    assert "files" not in spanish["scores"]
    assert (folder / "es.text.jsonl").exists()
    assert (short.exit_code, other.exit_code, missing.exit_code) == (1, 1, 1)
    assert "the script has 2 sentences, its reference in “es” 1" in short.output
    assert "no channel “fr”" in other.output
    sheet = await run("report", "--ner", str(folder / "ner-es.csv"))
    assert "NER 100.00 % of 5 words (good" in sheet.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Name the EVENT"),
        (("talk", "--ner", __file__), "--ner stands alone"),
        (("talk", "--reference", "es=x"), "--reference needs --script"),
        (("talk", "--script", __file__, "--reference", "es"), "must be LANGUAGE=FILE"),
        (
            (
                *("talk", "--script", __file__, "--reference", f"pt-br={__file__}"),
                *("--reference", f"pt_BR={__file__}"),
            ),
            "--reference pt-BR is there twice",
        ),
        (("talk", "--script", "/none"), "does not exist"),
    ],
    ids=["nothing", "both", "no script", "no file", "two files", "no such file"],
)
def test_what_does_not_fit_together_is_told(words: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(main, ["report", *words])
    assert result.exit_code == 2
    assert told in result.output


def test_another_file_is_no_sheet() -> None:
    result = CliRunner().invoke(main, ["report", "--ner", __file__])
    assert result.exit_code == 1
    assert "no column words" in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-l", "tlh"), "not translated into tlh"),
        (("talk.flac",), "Name a --reference or a --language"),
        (("talk.flac", "-l", "es", "--source", "qqq"), "qqq"),
        (("talk.flac", "-l", "klingonisch"), "klingonisch"),
        (("--script", __file__), "has its own script"),
        (("--source", "de"), "has its own script"),
    ],
    ids=["language", "nothing", "source", "no language", "script", "source of the talk"],
)
def test_what_cannot_be_rated_is_told(words: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(main, ["rate", *words])
    assert result.exit_code in {1, 2}
    assert told in result.output
