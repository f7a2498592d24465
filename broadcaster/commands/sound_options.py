"""Options that `publish` and `play` share: how progress is shown, and what is trusted."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def sound_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--progress` and `--ca`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = [
    click.option(
        "--progress",
        type=click.Choice(["auto", "line", "json", "off"]),
        default="auto",
        show_default=True,
        help="One live line, or a JSON line a second; auto is the live line on a terminal.",
    ),
    click.option(
        "--ca", type=click.Path(exists=True, path_type=Path), help="Trust this certificate."
    ),
]


def trust_of(ca: Path | None) -> ssl.SSLContext | bool:
    """The certificates to trust: the one of a file, or True for those of this machine.

    Raises:
        click.UsageError: there is no certificate in the file.
    """
    if ca is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError:
        raise click.UsageError(f"{ca} is not a PEM file with a certificate.") from None
