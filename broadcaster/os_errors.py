"""Turns what the operating system refuses into the name of a setting and a way out."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from broadcaster.errors import BroadcasterError

PORT, METRICS_PORT, WEBRTC_PORT, DATA_DIR = (
    "BROADCASTER_PORT",
    "BROADCASTER_METRICS_PORT",
    "BROADCASTER_WEBRTC_PORT",
    "BROADCASTER_DATA_DIR",
)
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NOT_OURS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


class SettingUnusable(BroadcasterError):
    """The operating system refuses what a setting asks for: a port, an address, a folder.

    Args:
        message: what is wrong, a sentence.
        hint: names the setting and says what to do, a sentence.
    """

    error = "setting_unusable"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)


@contextmanager
def blaming(variable: str, what: object) -> Iterator[None]:
    """An `OSError` inside is the fault of a setting.

    Args:
        variable: one of the names above.
        what: its value: the address and port, or the folder.

    Raises:
        SettingUnusable: instead of the `OSError`.
    """
    try:
        yield
    except OSError as error:
        explain = explain_folder if variable == DATA_DIR else explain_port
        raise explain(error, variable, what) from error


def explain_port(error: OSError, variable: str, what: object) -> SettingUnusable:
    """Why a port cannot be listened on."""
    option = "another --port" if variable == PORT else "another port"
    if error.errno == errno.EADDRINUSE:
        return SettingUnusable(
            f"{what} is in use by another program",
            f"Stop what runs there, or choose {option} ({variable}).",
        )
    if isinstance(error, socket.gaierror) or error.errno in _NOT_OURS:
        return SettingUnusable(
            f"{what} is not an address of this machine",
            "Set BROADCASTER_HOST (--host) to one that it has, or to 0.0.0.0 for all.",
        )
    if error.errno in _FORBIDDEN:
        return SettingUnusable(
            f"this user may not listen on {what}",
            f"Choose {option} from 1024 on ({variable}), or a proxy in front.",
        )
    return SettingUnusable(f"{what} cannot be used ({_reason(error)})", f"Correct {variable}.")


def explain_folder(error: OSError, variable: str, what: object) -> SettingUnusable:
    """Why a folder cannot be used."""
    if error.errno in _FORBIDDEN | {errno.EROFS}:
        return SettingUnusable(
            f"this user may not write to {what}",
            f"Allow it, or set {variable} to another folder.",
        )
    if error.errno in _FULL:
        return SettingUnusable(
            f"there is no space left for {what}",
            f"Make space on its disk, or set {variable} to a folder on another one.",
        )
    return SettingUnusable(
        f"the folder {what} cannot be used ({_reason(error)})",
        f"Set {variable} to a folder that can be made or exists.",
    )


def explain(error: OSError) -> str:
    """The best sentence for an error that no setting was blamed for."""
    if error.errno in _FULL:
        return explain_folder(error, DATA_DIR, error.filename or "the data").advice()
    if error.errno == errno.EMFILE:
        return "too many files are open. Raise the limit: ulimit -n."
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{_reason(error)}."


def _reason(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).rstrip(".")
