"""The figures as rows of a table: one row for each figure, one column for each channel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from broadcaster.report.figures import ChannelFigures, Figures
from broadcaster.report.files.cells import (
    NOT_RECORDED,
    gaps,
    kept_of,
    measured,
    of_delay,
    of_scores,
    of_sound,
    of_use,
    pair,
    seconds,
    skipped,
    slope,
    tempo,
    usd,
    words,
    yaal,
)
from broadcaster.report.spread import Spread


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of all channels.

    Attributes:
        group: heading under which it is.
        name: of the figure.
        meaning: a sentence that says how it is found.
        cells: by channel, in the order of the channels.
    """

    group: str
    name: str
    meaning: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Figure:
    group: str
    name: str
    meaning: str
    cell: Callable[[ChannelFigures], str]


def rows_of(figures: Figures) -> list[Row]:
    """All rows, in the order of the page."""
    return [
        Row(one.group, one.name, one.meaning, tuple(map(one.cell, figures.channels)))
        for one in _FIGURES
    ]


def signatures(channels: Sequence[ChannelFigures]) -> list[str]:
    """How sacrebleu computed the scores, one sentence for each channel that has them."""
    return [
        f"{one.channel}: BLEU {one.scores.bleu:.2f} {one.scores.bleu_signature}; "
        f"chrF {one.scores.chrf:.2f} {one.scores.chrf_signature}"
        for one in channels
        if one.scores is not None
    ]


def _known(spread: Spread | None) -> str:
    return NOT_RECORDED if spread is None else seconds(spread)


_DELAY, _QUALITY, _CAPTIONS, _SOUND = "Delay", "Quality", "Captions", "Sound"
_USE = "Use and cost"
_FOUND = "found on the channel from 2 s before to 30 s after it was said"
_FIGURES = (
    _Figure(
        _DELAY,
        "ear-voice span",
        "From a word on the floor to its interpretation at the output of the channel, as far as "
        "the interpreter says: half of the seconds, and 95 of 100, are at most this.",
        of_delay(lambda delay: seconds(delay.span_ms)),
    ),
    _Figure(
        _DELAY,
        "slope over the event",
        "How much the span grew in an hour, by least squares, if it was recorded for ten minutes.",
        of_delay(lambda delay: slope(delay.slope_ms_per_hour)),
    ),
    _Figure(
        _DELAY,
        "interpreter and network",
        "A part of the span: from giving a place of the floor to the interpreter until sound came "
        "that it calls the interpretation of that place. Many call so what they have just heard: "
        "then the time they need for words is not in the span, but in LongYAAL of the voice.",
        of_delay(lambda delay: _known(delay.answer_ms)),
    ),
    _Figure(
        _DELAY,
        "our booth",
        "A part of the span: the booth waits for a block of the floor or the end of a phrase, and "
        "compares what came with what was said before. With a relay the span of that is in it.",
        of_delay(lambda delay: _known(delay.booth_ms)),
    ),
    _Figure(
        _DELAY,
        "our playout",
        "The rest of the span: interpreted sound waits until the sound before it was played.",
        of_delay(lambda delay: seconds(delay.playout_ms)),
    ),
    _Figure(
        _DELAY,
        "text shown after its speech",
        "From the start of a caption's speech, on the floor or in the voice of the channel, to its "
        "first text. Below 0 readers have it before listeners.",
        lambda one: seconds(one.reading.shown_after_ms),
    ),
    _Figure(
        _DELAY,
        "LongYAAL of the captions",
        "By OmniSTEval from the log that comes with this page, with the times at which text was "
        "shown.",
        of_scores(lambda scores: yaal(scores.long_yaal_text_ms)),
    ),
    _Figure(
        _DELAY,
        "LongYAAL of the voice",
        "The same with the times at which the voice has said the words.",
        of_scores(lambda scores: yaal(scores.long_yaal_voice_ms)),
    ),
    _Figure(
        _QUALITY,
        "BLEU",
        "By sacrebleu against the reference, and of the floor against the script, sentence by "
        "sentence as OmniSTEval divides the text.",
        of_scores(lambda scores: f"{scores.bleu:.1f}"),
    ),
    _Figure(
        _QUALITY, "chrF", "By sacrebleu, as BLEU.", of_scores(lambda scores: f"{scores.chrf:.1f}")
    ),
    _Figure(
        _QUALITY,
        "numbers kept",
        f"Numbers of the floor's captions, {_FOUND}, in any digits, grouping or unit. In words "
        "they count if they can be found in both languages.",
        lambda one: kept_of(one.numbers),
    ),
    _Figure(
        _QUALITY,
        "names kept",
        f"Words with a capital letter within a sentence, {_FOUND}, as written, as the glossary "
        "has them or, of countries and months, as CLDR does. Another script can keep only the last "
        "two.",
        lambda one: kept_of(one.names),
    ),
    _Figure(
        _QUALITY,
        "glossary",
        f"Terms of the glossary, {_FOUND} as it wants them.",
        lambda one: kept_of(one.glossary),
    ),
    _Figure(
        _CAPTIONS,
        "words heard; shown",
        "Shown in all captions that nobody hid; heard of them, if the channel carried sound when "
        "they were said.",
        words,
    ),
    _Figure(
        _CAPTIONS,
        "places with missing text",
        "Marks […] in the text: sound was skipped, or could not be interpreted.",
        lambda one: f"{one.reading.missing}",
    ),
    _Figure(
        _CAPTIONS,
        "erasure",
        "Characters that were shown and taken back, for each character of the captions. The rule "
        "is 0; changes of reviewers are not counted.",
        lambda one: f"{one.reading.erased / max(1, one.reading.characters):.3f}",
    ),
    _Figure(
        _CAPTIONS,
        "corrected, hidden",
        "Captions that reviewers changed or hid.",
        lambda one: f"{one.reading.corrected}, {one.hidden}",
    ),
    _Figure(
        _CAPTIONS,
        "reading speed, columns per second",
        "A wide letter has two columns. Subtitles have up to 17 per second.",
        lambda one: pair(one.reading.columns_per_s, 1),
    ),
    _Figure(
        _SOUND,
        "speed of speech, words per minute",
        "While the words of a caption are said.",
        lambda one: pair(one.reading.words_per_minute, 0),
    ),
    _Figure(
        _SOUND,
        "gaps over 2 s",
        "The channel is silent although the floor spoke, the usual span earlier: how many, "
        "together, the longest. By samples of one second. If nobody told the span, as of a human "
        "interpreter, it is the one that fits best.",
        gaps,
    ),
    _Figure(
        _SOUND,
        "skipped to catch up",
        "Interpreted sound that was not played, and its share.",
        skipped,
    ),
    _Figure(
        _SOUND,
        "level",
        "Median RMS of the seconds with speech.",
        of_use(
            lambda use: NOT_RECORDED if use.level_dbfs is None else f"{use.level_dbfs:.0f} dBFS"
        ),
    ),
    _Figure(
        _SOUND,
        "loudness, integrated",
        "By ITU-R BS.1770-5, of all that listeners heard, one channel measured as one. The program "
        "brings speech to -20 LUFS.",
        of_sound(lambda sound: measured(sound.loudness_lufs, "LUFS")),
    ),
    _Figure(
        _SOUND,
        "true peak",
        "The highest, at four times the rate, before the sound is encoded.",
        of_sound(lambda sound: measured(sound.true_peak_dbtp, "dBTP")),
    ),
    _Figure(
        _SOUND,
        "tempo of playout",
        "1 is the interpreter's own. A channel that is behind is played faster.",
        of_sound(tempo),
    ),
    _Figure(
        _USE,
        "listener-hours, reader-hours",
        "Of all who were connected.",
        of_use(lambda use: f"{use.listener_hours:.2f}, {use.reader_hours:.2f}"),
    ),
    _Figure(_USE, "most listeners", "At one time.", of_use(lambda use: f"{use.most_listeners}")),
    _Figure(
        _USE,
        "cost",
        "By the price table of the settings.",
        of_use(lambda use: usd(use.cost_usd)),
    ),
    _Figure(
        _USE,
        "cost of a language-hour",
        "Of an hour in which this channel was live.",
        of_use(lambda use: usd(use.usd_per_hour)),
    ),
    _Figure(
        _USE,
        "cost of a listener-hour",
        "The cost, shared by all who listened.",
        of_use(lambda use: usd(use.usd_per_listener_hour)),
    ),
)
