"""Logging: one line per record on stderr, with the event and language it belongs to.

What people said is never logged, nor any key or token.
"""

import contextvars
import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_context: contextvars.ContextVar[dict[str, str]] = contextvars.ContextVar("log_context", default={})  # noqa: B039


@contextmanager
def bound(**values: str) -> Iterator[None]:
    """Add `values` to every record logged inside, by this task and the tasks it starts."""
    token = _context.set({**_context.get(), **values})
    try:
        yield
    finally:
        _context.reset(token)


class _Bind(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.bound = _context.get()
        return True


class _TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        bound_values = getattr(record, "bound", {})
        suffix = "".join(f" {key}={value}" for key, value in bound_values.items())
        return super().format(record) + suffix


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "bound", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(level: str, *, json_lines: bool = False) -> None:
    """Send the package's records to stderr.

    Args:
        level: a logging level name; libraries stay at WARNING.
        json_lines: one JSON object per line instead of text.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Bind())
    if json_lines:
        handler.setFormatter(_JsonLines())
    else:
        handler.setFormatter(_TextLines("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("broadcaster").setLevel(level.upper())


def trace_of(failure: BaseException) -> str:
    """Where a failure happened, and what led to it: a traceback without messages.

    The message of an exception often quotes the value it is about, and that may be a key.
    """
    parts: list[str] = []
    cause: BaseException | None = failure
    while cause is not None:
        frames = "".join(traceback.format_tb(cause.__traceback__))
        parts.append(f"{frames}{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\nled to\n".join(reversed(parts))
