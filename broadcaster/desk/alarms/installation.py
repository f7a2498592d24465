"""Alarms about what all events of an installation share: store, disk, certificate and bucket."""

from collections.abc import Callable, Iterable, Iterator

from broadcaster.desk.alarms.book import AlarmBook, AlarmChange, AlarmFinding, AlarmSeverity
from broadcaster.model.store import LOW_SPACE_BYTES, StoreStatus

CERTIFICATE_DAYS = 14
"""An organizer needs some days to renew a certificate."""
STORE_FAILS_S = 5.0
ENOUGH_SPACE = 1.1
"""The disk is all right again with this much more than `LOW_SPACE_BYTES`."""
_DAY_MS = 24 * 3600 * 1000

AskExpiry = Callable[[], int | None]
"""The Unix time in milliseconds at which the certificate expires; None without one."""


class InstallationAlarms:
    """The alarms as this process sees the installation.

    Args:
        store: returns the state of the store.
        expiry: returns when the certificate expires.
        find_more: returns what else an alarm can be about.
    """

    def __init__(
        self,
        store: Callable[[], StoreStatus],
        expiry: AskExpiry,
        find_more: Callable[[], Iterable[AlarmFinding]] = tuple,
    ) -> None:
        self._store = store
        self._expiry = expiry
        self._find_more = find_more
        self.book = AlarmBook()

    def judge(self, now_ms: int) -> list[AlarmChange]:
        """Look at everything now."""
        found = findings(self._store(), self._expiry(), now_ms)
        return self.book.judge([*found, *self._find_more()], now_ms)


def findings(store: StoreStatus, expires_at_ms: int | None, now_ms: int) -> Iterator[AlarmFinding]:
    """Everything that an alarm about the installation can be about now."""
    yield AlarmFinding(
        "store",
        "",
        not store.ready,
        AlarmSeverity.CRITICAL,
        {"waiting": store.waiting, "lost": store.lost},
        raise_after_s=STORE_FAILS_S,
    )
    free_bytes = store.free_bytes
    low: bool | None = store.low_space
    if free_bytes is not None and LOW_SPACE_BYTES <= free_bytes < LOW_SPACE_BYTES * ENOUGH_SPACE:
        low = None
    yield AlarmFinding(
        "disk", "", low, AlarmSeverity.WARNING, {"free_bytes": free_bytes}, bridge_s=1.0
    )
    if expires_at_ms is not None:
        left_ms = expires_at_ms - now_ms
        yield AlarmFinding(
            "certificate",
            "",
            left_ms < CERTIFICATE_DAYS * _DAY_MS,
            AlarmSeverity.CRITICAL if left_ms < _DAY_MS else AlarmSeverity.WARNING,
            {"days": max(0, left_ms // _DAY_MS)},
        )
