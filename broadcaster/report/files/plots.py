"""Plots of an event as SVG, by pygal."""

import importlib.util
import sys
from collections.abc import Sequence
from typing import Any

from broadcaster.report.delay import points_of
from broadcaster.report.figures import Figures
from broadcaster.report.records import EventRecords
from broadcaster.report.samples import Sample
from broadcaster.report.sound import tempo_points

MOST_POINTS = 240
"""Of one line: one for each three pixels of a wide page."""
NO_PLOTS = (
    "There are no plots: their library is not installed. Install it on the machine that makes the "
    'report: pip install "conference-broadcaster[report]"'
)
_WIDTH, _HEIGHT = 900, 340
_COLORS = (
    "#0b57d0",
    "#b3261e",
    "#146c2e",
    "#8e4ec6",
    "#a15c00",
    "#00696d",
    "#8c1d5d",
    "#5f6368",
    "#3f51b5",
)
"""All have a contrast of at least 4.5 to white."""


def plots_available() -> bool:
    """Whether the library for plots is installed."""
    return importlib.util.find_spec("pygal") is not None


def plots_of(records: EventRecords, figures: Figures) -> list[str]:
    """The plots for which there are figures, each as an SVG element."""
    languages = [one.channel for one in records.languages]
    lines = [
        (one, points)
        for one in languages
        if (points := points_of(records.samples, one, MOST_POINTS))
    ]
    found = []
    if lines:
        chart = _chart("XY", "Ear-voice span over the event", "minutes", "seconds")
        for name, points in lines:
            chart.add(name, points)
        found.append(_svg(chart))
    delays = [(one.channel, one.delay) for one in figures.channels if one.delay is not None]
    if delays:
        chart = _chart("Bar", "Ear-voice span: half, and 95 of 100 seconds", "", "seconds")
        chart.x_labels = [name for name, _ in delays]
        chart.add("p50", [round(delay.span_ms.p50 / 1_000, 2) for _, delay in delays])
        chart.add("p95", [round(delay.span_ms.p95 / 1_000, 2) for _, delay in delays])
        found.append(_svg(chart))
    found += [*_parts(figures), *_loudness(figures), *_tempo(records.samples, languages)]
    if any(one.use is not None and one.use.most_listeners for one in figures.channels):
        chart = _chart("XY", "Listeners over the event", "minutes", "listeners")
        for one in figures.channels:
            chart.add(one.channel, _listeners(records.samples, one.channel))
        found.append(_svg(chart))
    return found


def _parts(figures: Figures) -> list[str]:
    """The parts of the span, if they were recorded."""
    delays = [
        (one.channel, one.delay)
        for one in figures.channels
        if one.delay is not None and one.delay.answer_ms is not None
    ]
    if not delays:
        return []
    chart = _chart("StackedBar", "Parts of the ear-voice span: the median of each", "", "seconds")
    chart.x_labels = [name for name, _ in delays]
    for name, spreads in (
        ("interpreter and network", [delay.answer_ms for _, delay in delays]),
        ("our booth", [delay.booth_ms for _, delay in delays]),
        ("our playout", [delay.playout_ms for _, delay in delays]),
    ):
        chart.add(name, [round(one.p50 / 1_000, 2) if one is not None else 0 for one in spreads])
    return [_svg(chart)]


def _loudness(figures: Figures) -> list[str]:
    """Loudness and true peak, if they were recorded."""
    measured = [
        (one.channel, one.sound.loudness_lufs, one.sound.true_peak_dbtp)
        for one in figures.channels
        if one.sound is not None and one.sound.loudness_lufs is not None
    ]
    if not measured:
        return []
    chart = _chart("Bar", "Integrated loudness and true peak", "", "LUFS, dBTP")
    chart.x_labels = [name for name, *_ in measured]
    chart.add("loudness", [lufs for _, lufs, _ in measured])
    chart.add("true peak", [peak for *_, peak in measured])
    return [_svg(chart)]


def _tempo(samples: Sequence[Sample], languages: Sequence[str]) -> list[str]:
    """The tempo of playout over the event, if it was recorded."""
    lines = [
        (one, points) for one in languages if (points := tempo_points(samples, one, MOST_POINTS))
    ]
    if not lines:
        return []
    chart = _chart("XY", "Tempo of playout over the event", "minutes", "tempo")
    for name, points in lines:
        chart.add(name, points)
    return [_svg(chart)]


def _listeners(samples: Sequence[Sample], channel: str) -> list[tuple[float, int]]:
    """Listeners of a channel over time: minutes, and how many, thinned out."""
    began_ms = samples[0].at_ms
    step = len(samples) // MOST_POINTS + 1
    return [
        (round((sample.at_ms - began_ms) / 60_000, 3), sample.channels[channel].listeners)
        for sample in samples[::step]
        if channel in sample.channels
    ]


def _chart(kind: str, title: str, across: str, up: str) -> Any:
    import pygal
    from pygal.style import Style

    # Its finder of plugins has an interface that Python 3.12 has removed, and 3.11 warns of it at
    # every later import of the process.
    sys.meta_path[:] = [one for one in sys.meta_path if hasattr(one, "find_spec")]
    style = Style(
        background="#ffffff",
        plot_background="#ffffff",
        foreground="#202124",
        foreground_strong="#202124",
        foreground_subtle="#5f6368",
        colors=_COLORS,
        font_family="sans-serif",
        title_font_size=16,
        label_font_size=12,
        major_label_font_size=12,
        legend_font_size=13,
        opacity="1",
        stroke_width=2,
    )
    return getattr(pygal, kind)(
        title=title,
        x_title=across or None,
        y_title=up,
        width=_WIDTH,
        height=_HEIGHT,
        style=style,
        js=(),
        show_dots=False,
        range=None,
        include_x_axis=True,
        legend_at_bottom=True,
        explicit_size=False,
    )


def _svg(chart: Any) -> str:
    """A chart as an element of a page, without scripts."""
    text: str = chart.render(is_unicode=True, disable_xml_declaration=True)
    before, found, rest = text.partition("<script")
    while found:
        text = before + rest.partition("</script>")[2]
        before, found, rest = text.partition("<script")
    return text
