"""The output of `broadcaster loadtest`: a progress bar, then the report."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.table import Table

from broadcaster.loadtest.measure import measure
from broadcaster.loadtest.plan import LoadPlan, LoadProgress, ReportProgress, Transport
from broadcaster.loadtest.report import LoadReport, Percentiles
from broadcaster.loadtest.target import LoadTarget


def show(
    target: LoadTarget, transport: Transport, plan: LoadPlan, out: Console, *, as_json: bool
) -> bool:
    """Run one test with a progress bar, and print its report.

    Args:
        target: the server.
        transport: how the crowd listens.
        plan: how many listeners, how fast, how long.
        out: stdout; the bar goes to stderr.
        as_json: print the report as one JSON object.

    Returns:
        Whether every listener joined and stayed.
    """
    with progress_shown(target, plan) as report_progress:
        result = measure(target, transport, plan, report_progress)
    if as_json:
        out.out(
            json.dumps(
                {"target": str(target.url), "transport": transport, **result.to_json()}, indent=2
            )
        )
    else:
        _print(result, target, out)
    return result.good


@contextmanager
def progress_shown(target: LoadTarget, plan: LoadPlan) -> Iterator[ReportProgress]:
    """A progress bar on stderr. Ctrl-C ends the test, and its report is printed all the same."""
    errors = Console(stderr=True, highlight=False)
    if target.state != "live":
        errors.print(
            f"[yellow]![/] event {target.event} is {target.state}, not live: expect no sound",
            soft_wrap=True,
        )
    total_s = plan.ramp_s + plan.duration_s
    with _stopped_by_ctrl_c() as stopped, _bar(errors) as bar:
        task = bar.add_task("", total=total_s, joined=0, per_s=0.0, gone=0, wanted=plan.listeners)
        last = (0.0, 0)

        def report_progress(now: LoadProgress) -> bool:
            nonlocal last
            per_s = (now.messages - last[1]) / (now.elapsed_s - last[0])
            last = (now.elapsed_s, now.messages)
            bar.update(task, completed=now.elapsed_s, joined=now.joined, per_s=per_s, gone=now.gone)
            bar.refresh()
            return not stopped()

        yield report_progress


@contextmanager
def _stopped_by_ctrl_c() -> Iterator[Callable[[], bool]]:
    """Yields whether Ctrl-C was pressed. Pressing it again ends the process as usual."""
    pressed = False

    def press(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)


class _ListenersColumn(ProgressColumn):
    """Shows the listeners that have joined, the messages they receive, and the lost listeners."""

    def render(self, task: Task) -> str:
        seen = task.fields
        text = f"{seen['joined']:,} of {seen['wanted']:,} listen, {seen['per_s']:,.0f} messages/s"
        return text + (f", [red]{seen['gone']:,} gone[/]" if seen["gone"] else "")


def _bar(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:.0f} of {task.total:.0f} s: "),
        _ListenersColumn(),
        console=console,
        auto_refresh=False,
        transient=True,
    )


def _print(result: LoadReport, target: LoadTarget, out: Console) -> None:
    complete = "[green]✓[/]" if result.joined == result.listeners else "[yellow]![/]"
    mark = complete if result.good else "[red]✗[/]"
    out.print(
        f"{mark} {result.joined:,} of {result.listeners:,} listeners joined "
        f"{target.event} ({', '.join(target.channels)}) at {target.url}",
        soft_wrap=True,
    )
    for verb, reasons in (("did not join", result.failed), ("were dropped", result.lost)):
        for reason, count in reasons.items():
            out.print(f"  [red]{count:,} {verb}:[/] {escape(reason)}", soft_wrap=True)
    table = Table("", "p50", "p99", "max", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    add_row(table, "joined after, ms", result.join_ms)
    add_row(table, "first sound after, ms", result.first_sound_ms)
    if result.spread_ms is not None:
        add_row(table, "first to last listener of a frame, ms", result.spread_ms)
    add_row(table, "longest pause of each listener, ms", result.longest_gap_ms)
    out.print(table)
    gaps = f"pauses over {result.gap_limit_ms:.0f} ms: {result.gaps:,}"
    gaps += f", at {result.listeners_with_gaps:,} listeners"
    if result.frames_missing is not None:
        gaps += f"; frames missing: {result.frames_missing:,}"
    out.print(gaps)
    out.print(
        f"received {result.messages_per_s:,.0f} messages/s, {result.bytes_per_s / 1000:,.0f} kB/s"
    )
    own = f"{result.own_cpu_share:.0%} of a core"
    if result.own_cpu_us_per_message is not None:
        own += f", {result.own_cpu_us_per_message:.1f} µs per message"
    out.print(f"this tool: {own}; its longest pause {result.own_longest_pause_ms:.0f} ms")
    if result.busy:
        out.print(
            "[yellow]![/] this tool was too busy: the delays above are also its own. Run it on "
            "another machine, or with fewer listeners.",
            soft_wrap=True,
        )


def add_row(table: Table, name: str, values: Percentiles | None, *more: str) -> None:
    """Add a row of percentiles to a table, and the text of further columns."""
    if values is None:
        table.add_row(name, "-", "-", "-", *more)
    else:
        figures = (f"{value:,.1f}" for value in (values.p50, values.p99, values.max))
        table.add_row(name, *figures, *more)
