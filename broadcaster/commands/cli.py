"""The command line: people read stdout, logs go to stderr."""

import io
import sys
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr
from rich.table import Table

from broadcaster import __version__, log
from broadcaster.commands.events.groups import GROUPS
from broadcaster.commands.loadtest import loadtest
from broadcaster.commands.local.interpreter import interpreter
from broadcaster.commands.local.models import models
from broadcaster.commands.playing.options import play
from broadcaster.commands.publishing.options import publish
from broadcaster.commands.report.command import rate, report
from broadcaster.commands.running import explained, out, run
from broadcaster.commands.settings import WrongSettings, settings_from, warn
from broadcaster.config import Role, Settings, variable
from broadcaster.system import garbage
from broadcaster.system.private_files import make_new_files_private


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="conference-broadcaster")
def main() -> None:
    """Broadcast a conference in many languages.

    A speaker talks once; everybody in the hall hears and reads the talk in their own language.
    Settings are environment variables: "broadcaster config" prints them all.
    """
    make_new_files_private()
    for stream in (sys.stdout, sys.stderr):
        # The name of a file can have bytes that are no text.
        if isinstance(stream, io.TextIOWrapper):
            with suppress(OSError):
                stream.reconfigure(errors="backslashreplace")


_address_options = [
    click.option("--host", help="Address to listen on; 0.0.0.0 for the whole network."),
    click.option("--port", type=click.IntRange(0, 65535), help="TCP port; 0 picks a free one."),
    click.option(
        "--tls/--no-tls", default=None, help="Serve https; phones need it for the best sound."
    ),
    click.option(
        "--tls-cert",
        type=click.Path(exists=True, path_type=Path),
        help="PEM file with the certificate chain; without it --tls generates a certificate.",
    ),
    click.option(
        "--tls-key",
        type=click.Path(exists=True, path_type=Path),
        help="PEM file with the certificate's private key.",
    ),
    click.option("--public-url", help="How phones reach this server: https://talks.example"),
]


def address_options(command: Any) -> Any:
    """Add the options that every serving command has."""
    for option in reversed(_address_options):
        command = option(command)
    return command


@main.command()
@address_options
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="Run only this stage; repeat it for more. All processes need BROADCASTER_REDIS_URL.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Number of edge processes that share the port; needs --role edge.",
)
@click.option("--worker", type=int, hidden=True, help="Run as this worker of a parent process.")
def serve(roles: tuple[str, ...], worker: int | None, **given: Any) -> None:
    """Run the broadcaster.

    One process runs all stages (floor, booths, edge, desk and archive) unless --role chooses some.
    """
    with garbage.not_while_loading():
        from broadcaster.commands.serve import serve_until_stopped
        from broadcaster.commands.workers import serve_with_workers, work

    settings = settings_from(**given)
    log.configure(settings.log_level, json_lines=settings.log_json)
    if worker is not None:
        run(work(settings, worker))
        return
    warn(settings)
    chosen = frozenset(Role(role) for role in roles) or frozenset(Role)
    if chosen != frozenset(Role) and settings.redis_url is None:
        raise click.UsageError(
            "with --role the stages run in several processes, which meet on Redis: "
            "set BROADCASTER_REDIS_URL."
        )
    if settings.workers > 1 and chosen != {Role.EDGE}:
        raise click.UsageError(
            "--workers starts several edge processes: add --role edge, run the other roles in "
            "another process, and set BROADCASTER_REDIS_URL in both."
        )
    if settings.workers > 1:
        run(serve_with_workers(settings, out))
        return
    run(serve_until_stopped(settings, chosen, out))


@main.command()
@address_options
@click.option("--lan", is_flag=True, help="Let phones in: listen on the network, serve https.")
def demo(*, lan: bool, **address: Any) -> None:
    """Run a complete broadcast of a prepared talk; needs no key.

    The demo keeps its data in a temporary folder and brings its own interpreter, so it ignores
    settings of folders, Redis, workers, keys, and the services that interpret. It names those that
    are set.
    """
    from broadcaster.commands.demo import FIXED, show
    from broadcaster.system.certificates import lan_address

    settings = settings_from(FIXED, **address)
    warn(settings)
    if lan:
        changes: dict[str, Any] = {"host": "0.0.0.0", "tls": True}  # noqa: S104
        here = lan_address()
        if settings.public_url is None and settings.port:
            changes["public_url"] = f"https://{here}:{settings.port}"
        if settings.public_url is None and ip_address(here).is_loopback:
            click.echo("Warning: this machine has no network, so no phone reaches it.", err=True)
        settings = settings.model_copy(update=changes)
    log.configure("warning")
    run(show(settings, out))


@main.command()
@click.option("--event", help="Id of an event: run its sound check on the running server.")
@click.option("--url", help="With --event: address of the server; without it that of the settings.")
@click.option("--token", envvar="BROADCASTER_ADMIN_TOKEN", help="With --event: the token.")
@click.option(
    "--ca",
    type=click.Path(exists=True, path_type=Path),
    help="With --event: a certificate to trust.",
)
def check(event: str | None, url: str | None, token: str | None, ca: Path | None) -> None:
    """Check before an event that everything is ready.

    Tries the settings of the environment and says what to do about each that does not work. With
    --event the running server checks all that the event needs. The exit code is 1 if one failed.
    """
    from broadcaster.commands.check import Finding, Verdict, checks
    from broadcaster.commands.check_event import show_event_checks

    log.configure("error")
    marks = {Verdict.GOOD: "[green]✓", Verdict.WARNING: "[yellow]!", Verdict.BAD: "[red]✗"}
    failed = False

    def show(finding: Finding) -> None:
        nonlocal failed
        failed = failed or finding.verdict is Verdict.BAD
        out.print(f"{marks[finding.verdict]}[/] {finding.what}: ", end="")
        out.print(finding.text, soft_wrap=True, markup=False)

    async def show_all(settings: Settings) -> None:
        with out.status("checking…"):
            async for finding in checks(settings):
                show(finding)

    try:
        settings = settings_from()
    except WrongSettings as wrong:
        for sentence in wrong.sentences:
            show(Finding("Settings", Verdict.BAD, sentence))
        sys.exit(1)
    run(show_all(settings) if event is None else show_event_checks(settings, url, token, ca, event))
    sys.exit(1 if failed else 0)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to a new FILE; a server may run.

    FILE holds events, captions and costs, also of an event that is live now. It appears when it is
    whole and checked. The other files of the data folder are not in it.
    """
    from broadcaster.commands.backup import back_up

    log.configure("error")
    with explained():
        back_up(settings_from(), file, out)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Put the backup FILE in the place of the database; no server may run.

    FILE is checked first. The database that it replaces is kept under another name.
    """
    from broadcaster.commands.backup import put_back

    log.configure("error")
    with explained():
        put_back(settings_from(), file, out)


@main.command()
def config() -> None:
    """Print all settings with their values; secrets stay hidden."""
    settings = settings_from()
    warn(settings)
    table = Table("variable", "value", "meaning", box=None)
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        secret = isinstance(value, SecretStr)
        shown = "" if not value else "(set)" if secret else str(value)
        table.add_row(variable(name), shown, field.description)
    out.print(table)


main.add_command(interpreter)
main.add_command(loadtest)
main.add_command(models)
main.add_command(play)
main.add_command(publish)
main.add_command(report)
main.add_command(rate)
main.commands.update(GROUPS)
