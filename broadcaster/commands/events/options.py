"""The options of `events create` and `events edit`, and the request that they become."""

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from broadcaster.model.consoles.standby import Standby
from broadcaster.model.event import Interpreter
from broadcaster.model.inputs.stereo_input import StereoInput

CLEARABLE = (
    "ai-notice",
    "auto-open-minutes",
    "conference",
    "ends-at",
    "glossary",
    "notice",
    "passcode",
    "retention-days",
    "room",
    "source",
    "spend-cap",
    "starts-at",
    "time-zone",
)
"""Options that `--clear` sets back to nothing."""
KEPT_CHOICES = (
    "interpreter",
    "always",
    "voice",
    "standby",
    "takeover_silence_s",
    "relay_from",
    "providers",
)
"""The choices for a language that it keeps if a command does not change them."""
_FIELDS = {"source": "source_language", "spend-cap": "spend_cap_usd"}


def event_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what can be said about an event."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = [
    click.option("--source", "source_language", help="What the speaker speaks; detected without."),
    click.option(
        "--glossary",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="CSV: first a line term,es,fr, then a line for each term. "
        "A term without translations stays as it is.",
    ),
    click.option(
        "--spend-cap", "spend_cap_usd", type=float, help="USD; interpretation stops then."
    ),
    click.option("--passcode", help="What attendees must know."),
    click.option("--starts-at", help="Planned start: 2026-11-27T14:00:00+01:00."),
    click.option("--ends-at", help="Planned end."),
    click.option("--conference", help="Id of the conference that it belongs to."),
    click.option("--room", help="Where it takes place."),
    click.option("--time-zone", help="Of its planned times; without it the conference's."),
    click.option(
        "--auto-open-minutes",
        type=click.IntRange(0, 24 * 60),
        help="A draft opens by itself this long before its planned start.",
    ),
    click.option(
        "--auto-live/--no-auto-live",
        default=None,
        help="Go live by itself at the planned start, once the speaker is connected.",
    ),
    click.option("--notice", help="A sentence for attendees."),
    click.option(
        "--notice-in",
        "translations",
        multiple=True,
        metavar="LANGUAGE=TEXT",
        help="The same in a language; repeat it for more.",
    ),
    click.option("--ai-notice", help="Your own sentence about AI; empty for none."),
    click.option(
        "--ai-notice-in",
        "ai_translations",
        multiple=True,
        metavar="LANGUAGE=TEXT",
        help="The same in a language; repeat it for more.",
    ),
    click.option("--retention-days", type=int, help="Days from closing until all is deleted."),
    click.option("--downloads/--no-downloads", default=None, help="Whether captions are a file."),
    click.option("--hold-back-s", type=int, help="Seconds for a reviewer before captions appear."),
    click.option(
        "--floor-delay-ms",
        type=int,
        help="Milliseconds by which phones play the original later.",
    ),
    click.option(
        "--source-captions/--no-source-captions", default=None, help="Captions of the original."
    ),
    click.option("--stereo", "stereo_input", type=click.Choice([one.value for one in StereoInput])),
    click.option(
        "--providers",
        metavar="ID,ID",
        help="Services that interpret, in this order; empty as in the settings.",
    ),
    click.option(
        "--provider-standby",
        "standby",
        type=click.Choice([one.value for one in Standby]),
        help="warm lets the next service listen all the time, and costs as much again.",
    ),
    click.option(
        "--behind-s",
        type=float,
        help="Seconds behind the speaker after which the next service takes over.",
    ),
]
_FAILOVER = ("providers", "standby", "behind_s")
"""Options that are parts of `failover`."""


def language_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what can be said about the languages."""
    for option in reversed(_LANGUAGE_OPTIONS):
        command = option(command)
    return command


_LANGUAGE_OPTIONS = [
    click.option(
        "--interpreter",
        "interpreters",
        multiple=True,
        metavar="LANGUAGE=KIND",
        help="Kinds: auto, translate, converse; repeat it for more languages.",
    ),
    click.option(
        "--voice",
        "voices",
        multiple=True,
        metavar="LANGUAGE=VOICE",
        help="The provider's voice for converse; repeat it for more languages.",
    ),
    click.option(
        "--always", multiple=True, metavar="LANGUAGE", help="Interpret even if nobody listens."
    ),
    click.option(
        "--providers-of",
        "orders",
        multiple=True,
        metavar="LANGUAGE=ID,ID",
        help="The services of a language, in this order; repeat it for more languages.",
    ),
]


def body_of(given: Mapping[str, Any], cleared: Iterable[str] = ()) -> dict[str, Any]:
    """The fields of a request, from the options that were given.

    A `failover` has what was given of it; the other parts are as the event has them.

    Raises:
        click.UsageError: an option is not in its form, or the glossary cannot be read.
    """
    body = {name: value for name, value in given.items() if value is not None}
    translations = body.pop("translations", ())
    if translations:
        body["notice_translations"] = dict(pairs("--notice-in", translations))
    if ai_translations := body.pop("ai_translations", ()):
        body["ai_notice_translations"] = dict(pairs("--ai-notice-in", ai_translations))
    if failover := {name: body.pop(name) for name in _FAILOVER if name in body}:
        if "providers" in failover:
            failover["providers"] = _ids(failover["providers"])
        body["failover"] = failover
    if (glossary := body.pop("glossary", None)) is not None:
        body |= read_glossary(glossary)
    for name in cleared:
        if name == "glossary":
            body |= {"glossary": [], "do_not_translate": []}
        else:
            body[_FIELDS.get(name, name.replace("-", "_"))] = None
            if name in {"notice", "ai-notice"}:
                body[f"{name.replace('-', '_')}_translations"] = {}
    return body


def pairs(option: str, values: Iterable[str]) -> list[tuple[str, str]]:
    """Values of the form LANGUAGE=TEXT.

    Raises:
        click.UsageError: one is not.
    """
    found = []
    for value in values:
        language, equals, text = value.partition("=")
        if not equals or not language.strip():
            raise click.UsageError(f"{option} {value}: write LANGUAGE=…, such as es=…")
        found.append((language.strip(), text.strip()))
    return found


def languages_of(
    tags: Iterable[str],
    known: Mapping[str, Mapping[str, Any]],
    interpreters: Iterable[str],
    voices: Iterable[str],
    always: Iterable[str],
    orders: Iterable[str],
) -> list[dict[str, Any]]:
    """The languages of a request, with what is known or said of each.

    Args:
        tags: in the order of the event.
        known: the languages that the event has, by tag.
        interpreters: values of `--interpreter`.
        voices: values of `--voice`.
        always: values of `--always`.
        orders: values of `--providers-of`.

    Raises:
        click.UsageError: an option names a language that is not among them.
    """
    chosen: dict[str, dict[str, Any]] = {}
    for tag in tags:
        before = known.get(tag, {})
        kept = {name: before[name] for name in KEPT_CHOICES if name in before}
        chosen[tag] = {"tag": tag, **kept}

    def set_of(option: str, tag: str, name: str, value: object) -> None:
        if tag not in chosen:
            raise click.UsageError(f"{option} {tag}: the event does not have this language.")
        chosen[tag][name] = value

    for tag, kind in pairs("--interpreter", interpreters):
        if kind not in set(Interpreter):
            raise click.UsageError(f"--interpreter {tag}={kind}: {', '.join(Interpreter)}.")
        set_of("--interpreter", tag, "interpreter", kind)
    for tag, voice in pairs("--voice", voices):
        set_of("--voice", tag, "voice", voice or None)
    for tag in always:
        set_of("--always", tag, "always", value=True)
    for tag, order in pairs("--providers-of", orders):
        set_of("--providers-of", tag, "providers", _ids(order))
    return list(chosen.values())


def _ids(text: str) -> list[str]:
    """Ids with commas between them."""
    return [name.strip() for name in text.split(",") if name.strip()]


def read_glossary(path: Path) -> dict[str, Any]:
    """The terms of a CSV file, as fields of a request.

    Raises:
        click.UsageError: it is not such a file.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise click.UsageError(f"{path} cannot be read as CSV in UTF-8: {error}") from None
    if not rows:
        return {"glossary": [], "do_not_translate": []}
    _, *tags = [cell.strip() for cell in rows[0]]
    terms, kept = [], []
    for row in rows[1:]:
        text, *cells = [cell.strip() for cell in row]
        translations = {tag: cell for tag, cell in zip(tags, cells, strict=False) if tag and cell}
        if translations:
            terms.append({"text": text, "translations": translations})
        else:
            kept.append(text)
    return {"glossary": terms, "do_not_translate": kept}
