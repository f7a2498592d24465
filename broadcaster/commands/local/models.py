"""The commands `broadcaster models list`, `add` and `measure`."""

from pathlib import Path

import click
from rich.table import Table

from broadcaster.commands.running import explained, out

_MODELS = click.option(
    "--models",
    "models_dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="BROADCASTER_MODELS_DIR",
    required=True,
    help="The folder with models.",
)


@click.group()
def models() -> None:
    """Models of the local interpreter: what the folder has, and how one comes into it.

    The folder is BROADCASTER_MODELS_DIR. See docs/local-interpreter.md.
    """


@models.command("list")
@_MODELS
def list_models(models_dir: Path) -> None:
    """Print the models of the folder: kind, languages, size, licence and quality."""
    from broadcaster.rehearsal.models.catalogue import known_models

    with explained():
        found = known_models(models_dir)
    if not found:
        line = f"{models_dir} has no models. Add one: broadcaster models add FILE"
        out.print(line, soft_wrap=True, markup=False)
        return
    table = Table("name", "kind", "languages", "size", "licence", "quality", box=None)
    for one in found:
        size = f"{one.size_bytes / 1e6:.0f} MB"
        licence, quality = one.licence or "not told", one.problem or one.quality
        table.add_row(one.name, one.kind, one.languages, size, licence, quality)
    out.print(table)


@models.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@_MODELS
@click.option("--name", default="", help="Name for it; without it the one that it has.")
@click.option("--sha256", default="", help="Expected of the archive, or of a folder's model.bin.")
@click.option("--languages", default="", help="en-de or en-fr,es,it, if its files do not tell.")
@click.option("--licence", default="", help="Name of its licence, if its files do not tell.")
def add(
    source: Path, models_dir: Path, name: str, sha256: str, languages: str, licence: str
) -> None:
    """Add the model in SOURCE, a folder or a zip or tar archive.

    Whisper models and translation models (OPUS-MT, NLLB-200, MADLAD-400, M2M100, Argos) that were
    converted for CTranslate2 can be used. The hash and the licence are checked, and a translation
    model translates a sentence, before it appears in the folder.
    """
    from broadcaster.rehearsal.models.adding import SAMPLE, Wish, add_model

    with explained():
        models_dir.mkdir(parents=True, exist_ok=True)
        with out.status("copying and trying the model…"):
            added = add_model(Wish(source, name, sha256, languages, licence), models_dir)
    model = added.model
    compared = "as expected" if added.compared else "compare it with the published one"
    told = f" (told by {added.licence.file})" if added.licence.file else ""
    lines = [
        f"Added {model.name}: {model.kind}, {model.languages}, {model.size_bytes / 1e6:.0f} MB",
        f"SHA-256: {added.sha256} ({compared})",
        f"Licence: {added.licence.name}{told}",
        *(f"    {line}" for line in added.licence.text.splitlines()[1:]),
    ]
    if added.sample:
        lines.append(f"“{SAMPLE}” is in {added.sample}")
    if model.text is not None:
        lines.append(f"Quality: not measured. Measure it: broadcaster models measure {model.name}")
    for line in lines:
        out.print(line, soft_wrap=True, markup=False)


@models.command()
@click.argument("name")
@_MODELS
@click.option(
    "--pairs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Sentences and their translations, one pair a line with a tab between; else the talk's.",
)
@click.option("--target", default="", help="Code of the language to measure; else all at hand.")
@click.option("--source", default="en", show_default=True, help="Code of the language of --pairs.")
def measure(name: str, models_dir: Path, pairs: Path | None, target: str, source: str) -> None:
    """Measure how well the translation model NAME translates, and keep the figure with it.

    Without --pairs it translates the sentences of the prepared talk, which people have translated.
    """
    from broadcaster.commands.local.measuring import measured_model

    with explained():
        for sentence in measured_model(name, models_dir, pairs, source, target):
            out.print(sentence, soft_wrap=True, markup=False)
