"""The command `broadcaster loadtest`."""

import sys
from pathlib import Path

import click

from broadcaster import log
from broadcaster.commands.running import explained, out
from broadcaster.loadtest.plan import LoadPlan, Transport


@click.command()
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
