"""The command line: people read stdout, logs go to stderr."""

import asyncio
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import uvloop
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from broadcaster import __version__, log, os_errors
from broadcaster.commands.events.groups import GROUPS
from broadcaster.commands.settings import WrongSettings, settings_from, warn
from broadcaster.config import Role, Settings, variable
from broadcaster.errors import BroadcasterError
from broadcaster.loadtest.plan import LoadPlan, Transport
from broadcaster.system import garbage
from broadcaster.system.private_files import make_new_files_private

out = Console(highlight=False)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end on uvloop; an expected error is a sentence and exit code 1."""
    with explained(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


@contextmanager
def explained() -> Iterator[None]:
    """An expected error is a sentence and exit code 1."""
    try:
        yield
    except* (BroadcasterError, OSError, ValueError) as group:
        for error in _leaves(group):
            if isinstance(error, BroadcasterError):
                text = error.advice()
            else:
                text = os_errors.explain(error) if isinstance(error, OSError) else str(error)
            click.echo(f"Error: {text}", err=True)
        sys.exit(1)
    except* (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="conference-broadcaster")
def main() -> None:
    """Broadcast a conference in many languages.

    A speaker talks once; everybody in the hall hears and reads the talk in their own language.
    Settings are environment variables: "broadcaster config" prints them all.
    """
    make_new_files_private()


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

    One process runs all stages (floor, booths, edge and desk) unless --role chooses some.
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
    BROADCASTER_DATA_DIR, BROADCASTER_REDIS_URL, BROADCASTER_WORKERS, and the settings that choose
    the Realtime service.
    """
    from broadcaster.commands.demo import FIXED, show
    from broadcaster.system.certificates import lan_address

    settings = settings_from(FIXED, **address)
    warn(settings)
    if lan:
        changes: dict[str, Any] = {"host": "0.0.0.0", "tls": True}  # noqa: S104
        if settings.public_url is None and settings.port:
            changes["public_url"] = f"https://{lan_address()}:{settings.port}"
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

    async def report(settings: Settings) -> None:
        with out.status("checking…"):
            async for finding in checks(settings):
                show(finding)

    try:
        settings = settings_from()
    except WrongSettings as wrong:
        for sentence in wrong.sentences:
            show(Finding("Settings", Verdict.BAD, sentence))
        sys.exit(1)
    run(report(settings) if event is None else show_event_checks(settings, url, token, ca, event))
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
@click.argument("words", nargs=-1, metavar="[FILE] URL")
@click.option("--key", envvar="BROADCASTER_STAGE_KEY", help="The event's stage key.")
@click.option("--loop", is_flag=True, help="Repeat the file for ever.")
@click.option("--device", help="Publish this microphone or sound card instead of a file.")
@click.option("--list-devices", is_flag=True, help="Print the names for --device.")
@click.option(
    "--progress",
    type=click.Choice(["auto", "line", "json", "off"]),
    default="auto",
    show_default=True,
    help="One live line, or a JSON line a second; auto is the live line on a terminal.",
)
@click.option("--ca", type=click.Path(exists=True, path_type=Path), help="Trust this certificate.")
def publish(
    words: tuple[str, ...],
    key: str | None,
    device: str | None,
    progress: str,
    ca: Path | None,
    *,
    loop: bool,
    list_devices: bool,
) -> None:
    """Publish a sound FILE, or a sound device, as the floor of an event.

    URL is the event's WHIP address, https://…/whip/EVENT. A lost connection is made again, and the
    file goes on where it was. Exit codes: 0 played to the end, 1 the file or device cannot be
    played, 2 wrong usage, 3 refused by the server, 4 no server at the start, 130 interrupted.
    """
    from broadcaster.commands.publish import PublishCommand, plan_from, show_devices

    log.configure("error")
    if list_devices:
        with explained():
            show_devices()
        return
    plan = plan_from(words, key, device, progress, ca, loop=loop)

    async def play() -> None:
        sys.exit(await PublishCommand(plan).run())

    run(play())


@main.command()
@click.argument("url")
@click.option(
    "--listeners",
    type=click.IntRange(1, 20_000),
    default=100,
    show_default=True,
    help="How many listeners join.",
)
@click.option(
    "--transport",
    type=click.Choice(Transport, case_sensitive=False),
    default=Transport.WS,
    show_default=True,
    help="How they listen: WebSocket as the page does, WebRTC (at most 500), or MP3 over HTTP.",
)
@click.option(
    "--page",
    "with_page",
    is_flag=True,
    help="Each listener is a phone that opens the whole page first: files, captions, then sound.",
)
@click.option(
    "--steady",
    type=click.IntRange(0, 10_000),
    default=200,
    show_default=True,
    help="With --page: listeners that are there before, to see whether the crowd disturbs them.",
)
@click.option("--event", help="The event's id, if URL is only the server's address.")
@click.option(
    "--channel", "channels", multiple=True, help="What they hear: floor, es; repeat it for more."
)
@click.option(
    "--ramp",
    "ramp_s",
    type=click.FloatRange(0, 3600),
    default=10.0,
    show_default=True,
    help="Seconds within which all of them join.",
)
@click.option(
    "--duration",
    "duration_s",
    type=click.FloatRange(1, 3600),
    default=30.0,
    show_default=True,
    help="Seconds they listen after the last one has joined.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--ca", type=click.Path(exists=True, path_type=Path), help="Trust this certificate.")
@click.option("--passcode", default="", help="Passcode of the event, if it has one.")
@click.option(
    "--i-own-this", "owned", is_flag=True, help="Confirm that a server elsewhere is yours."
)
def loadtest(
    url: str,
    listeners: int,
    transport: Transport,
    steady: int,
    event: str | None,
    channels: tuple[str, ...],
    ramp_s: float,
    duration_s: float,
    *,
    with_page: bool,
    as_json: bool,
    ca: Path | None,
    passcode: str,
    owned: bool,
) -> None:
    """Send many listeners to an event and measure them.

    URL is the link that attendees get. A language that nobody listened to before starts its
    interpreter, which costs money; the floor does not. Ctrl-C ends the test and prints the report.
    """
    from broadcaster.loadtest.command import show
    from broadcaster.loadtest.measure import check_limits
    from broadcaster.loadtest.page.command import show_page
    from broadcaster.loadtest.page.measure import PagePlan, check_page_limits
    from broadcaster.loadtest.target import find_target

    if with_page and transport is not Transport.WS:
        raise click.UsageError("phones that open the page listen by WebSocket: omit --transport")
    log.configure("error")
    good = False
    with explained():
        plan = LoadPlan(listeners, ramp_s, duration_s)
        page_plan = PagePlan(plan, steady)
        if with_page:
            check_page_limits(page_plan)
        else:
            check_limits(transport, plan)
        target = find_target(url, channels, event=event, owned=owned, ca=ca, passcode=passcode)
        if with_page:
            good = show_page(target, page_plan, out, as_json=as_json)
        else:
            good = show(target, transport, plan, out, as_json=as_json)
    sys.exit(0 if good else 1)


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


main.commands.update(GROUPS)
