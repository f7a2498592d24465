"""The report as one page of HTML that needs no other file and no network."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from itertools import groupby

from broadcaster.report.figures import Figures
from broadcaster.report.files.plots import NO_PLOTS, plots_available, plots_of
from broadcaster.report.files.rows import Row, rows_of, signatures
from broadcaster.report.records import EventRecords

_STYLE = """
body{max-width:72rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 sans-serif;
color:#202124;background:#fff}
table{border-collapse:collapse}
th,td{padding:.3rem .7rem;text-align:left;border-bottom:1px solid #dadce0;vertical-align:top}
td{font-variant-numeric:tabular-nums;white-space:nowrap}
thead th{position:sticky;top:0;background:#fff}
tbody th{font-weight:normal}
tbody th small{display:block;color:#5f6368;max-width:32rem}
.wide{overflow-x:auto}
figure{margin:1.5rem 0}
svg{max-width:100%;height:auto}
code{overflow-wrap:anywhere}
""".strip()
_MOST_NAMED = 40
"""Things that did not come through, of one kind and channel; the table counts all."""


def page_of(
    records: EventRecords, figures: Figures, logs: Sequence[str] = (), all_files: str = ""
) -> str:
    """The page.

    Args:
        records: of the event.
        figures: computed from them.
        logs: names of the files from which the scores can be computed again.
        all_files: address of the archive with all files; empty if they are next to the page.
    """
    title = escape(records.title, quote=False)
    plots = plots_of(records, figures) if plots_available() else []
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>Report: {title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
        f"<h1>Report: {title}</h1>",
        f"<p>{escape(_about(records, figures), quote=False)}</p>",
        *([f'<p><a href="{escape(all_files)}">All files of this report</a></p>'] * bool(all_files)),
        *(f"<figure>{plot}</figure>" for plot in plots),
        *([] if plots_available() else [f"<p>{escape(NO_PLOTS, quote=False)}</p>"]),
        _table(rows_of(figures), [one.channel for one in figures.channels]),
        *_missing(figures),
        *_again(figures, logs),
        "</main>\n</body>\n</html>",
    ]
    return "\n".join(parts) + "\n"


def _about(records: EventRecords, figures: Figures) -> str:
    if records.live_at_ms is None:
        return "The event was not live."
    began = datetime.fromtimestamp(records.live_at_ms / 1_000, UTC)
    sentence = f"Live since {began:%Y-%m-%d %H:%M} UTC."
    if not records.samples:
        return f"{sentence} Its status was not recorded, so the figures of its sound are missing."
    return (
        f"{sentence} Its status was recorded for {figures.recorded_s / 60:.1f} minutes of "
        f"{figures.live_s / 60:.1f}. Two figures with a semicolon are the median and the value "
        "that 95 of 100 do not exceed."
    )


def _table(rows: Sequence[Row], channels: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in channels)
    parts = [f'<div class="wide">\n<table>\n<thead><tr><td></td>{head}</tr></thead>']
    for group, members in groupby(rows, key=lambda row: row.group):
        span = len(channels) + 1
        parts.append(
            f'<tbody>\n<tr><th scope="rowgroup" colspan="{span}"><h2>{escape(group)}</h2></th></tr>'
        )
        for row in members:
            cells = "".join(f"<td>{escape(cell, quote=False)}</td>" for cell in row.cells)
            about = escape(row.meaning, quote=False)
            parts.append(
                f'<tr><th scope="row">{escape(row.name)}<small>{about}</small></th>{cells}</tr>'
            )
        parts.append("</tbody>")
    return "\n".join([*parts, "</table>\n</div>"])


def _missing(figures: Figures) -> list[str]:
    """The things that did not come through, channel by channel."""
    lists = [
        (f"{one.channel}: {what} not found", kept.missing)
        for one in figures.channels
        for what, kept in (
            ("numbers", one.numbers),
            ("names", one.names),
            ("terms of the glossary", one.glossary),
        )
        if kept is not None and kept.missing
    ]
    if not lists:
        return []
    items = [
        f"<li>{escape(name)}: {escape(', '.join(missing[:_MOST_NAMED]), quote=False)}"
        f"{' …' if len(missing) > _MOST_NAMED else ''}</li>"
        for name, missing in lists
    ]
    return ["<h2>Not found</h2>\n<ul>", *items, "</ul>"]


def _again(figures: Figures, logs: Sequence[str]) -> list[str]:
    """How to compute the scores again."""
    told = signatures(figures.channels)
    if not told:
        return []
    items = [f"<li><code>{escape(one, quote=False)}</code></li>" for one in told]
    names = ", ".join(f"<code>{escape(name)}</code>" for name in logs)
    return [
        "<h2>Computed again by anybody</h2>\n<ul>",
        *items,
        "</ul>",
        f"<p>The commands are in <code>README.txt</code>; the logs are {names}.</p>",
    ]
