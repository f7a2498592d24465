"""The output of `broadcaster loadtest --page`: a progress bar, then the report."""

import json

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from broadcaster.loadtest.command import add_row, progress_shown
from broadcaster.loadtest.page.measure import PagePlan, measure_page
from broadcaster.loadtest.page.report import (
    CAPTION_GOAL_MS,
    GAP_GOAL_MS,
    SOUND_GOAL_MS,
    PageReport,
)
from broadcaster.loadtest.report import Percentiles
from broadcaster.loadtest.target import LoadTarget


def show_page(target: LoadTarget, plan: PagePlan, out: Console, *, as_json: bool) -> bool:
    """Run one test with a progress bar, and print its report.

    Args:
        target: the server.
        plan: the crowd.
        out: stdout; the bar goes to stderr.
        as_json: print the report as one JSON object.

    Returns:
        Whether every phone had sound and nobody was dropped.
    """
    with progress_shown(target, plan.crowd) as report_progress:
        result = measure_page(target, plan, report_progress)
    if as_json:
        out.out(json.dumps({"target": str(target.url), **result.to_json()}, indent=2))
    else:
        _print(result, target, out)
    return result.good


def _print(result: PageReport, target: LoadTarget, out: Console) -> None:
    complete = "[green]✓[/]" if result.heard == result.phones else "[yellow]![/]"
    mark = complete if result.good else "[red]✗[/]"
    out.print(
        f"{mark} {result.heard:,} of {result.phones:,} phones opened the page of {target.event} "
        f"({', '.join(target.channels)}) at {target.url} and heard it",
        soft_wrap=True,
    )
    for verb, reasons in (
        ("did not get that far", result.failed),
        ("were dropped", result.lost),
        ("of the steady listeners were dropped", result.steady_lost),
    ):
        for reason, count in reasons.items():
            out.print(f"  [red]{count:,} {verb}:[/] {escape(reason)}", soft_wrap=True)
    table = Table("", "p50", "p99", "max", "goal", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, values, goal_ms in _rows(result):
        add_row(table, name, values, _verdict(values, goal_ms))
    out.print(table)
    out.print(
        f"pauses over {result.gap_limit_ms:.0f} ms: at {result.steady_with_gaps:,} of "
        f"{result.steady:,} steady listeners, at {result.phones_with_gaps:,} phones"
    )
    visits = max(result.phones, 1)
    out.print(
        f"each phone: {result.connections / visits:.1f} connections, "
        f"{result.requests / visits:.1f} requests, {result.received_bytes / visits / 1000:,.0f} kB"
    )
    _print_loads(result, out)


def _rows(result: PageReport) -> list[tuple[str, Percentiles | None, float | None]]:
    return [
        ("connected, with TLS, ms", result.secured_ms, None),
        ("page, ms", result.page_ms, None),
        ("page with styles and scripts, ms", result.begun_ms, None),
        ("first caption, ms", result.first_caption_ms, CAPTION_GOAL_MS),
        ("all scripts, ms", result.ready_ms, None),
        ("tap to first sound, ms", result.first_sound_ms, SOUND_GOAL_MS),
        ("longest pause of each phone, ms", result.longest_gap_ms, None),
        ("longest pause of each steady listener, ms", result.steady_gap_ms, GAP_GOAL_MS),
    ]


def _verdict(values: Percentiles | None, goal_ms: float | None) -> str:
    if goal_ms is None or values is None:
        return ""
    reached = (values.max if goal_ms == GAP_GOAL_MS else values.p99) <= goal_ms
    return f"{goal_ms:,.0f} {'[green]✓[/]' if reached else '[red]missed[/]'}"


def _print_loads(result: PageReport, out: Console) -> None:
    if result.server_processes:
        out.print(
            f"server: {result.server_share:.0%} of a core while the phones came, "
            f"{result.server_busiest_share:.0%} in the busiest second, and it waited for one for "
            f"{result.server_waiting_share:.0%} of a second; at most "
            f"{result.server_most_waiting:,} connections waited to be accepted; "
            f"{result.server_open_files:,} of {result.server_may_open:,} files open",
            soft_wrap=True,
        )
    else:
        out.print("server: its load cannot be seen from here; see its /metrics", soft_wrap=True)
    shares = ", ".join(f"{share:.0%}" for share in result.own_busiest_shares)
    out.print(
        f"this tool: {shares} of a core in the busiest second of each process with phones; its "
        f"longest pause {result.own_longest_pause_ms:.0f} ms, with the steady listeners "
        f"{result.steady_longest_pause_ms:.0f} ms",
        soft_wrap=True,
    )
    if not result.limits:
        out.print("[green]✓[/] nothing was at its limit")
    for limit in result.limits:
        out.print(f"[yellow]![/] what limits is {limit}.", soft_wrap=True)
