"""Limits how many changes the holder of one token may make: each is written into a log."""

from broadcaster.access.identity import ADMIN, Identity
from broadcaster.model.ports import Clock
from broadcaster.web.address_counts import AddressCounts
from broadcaster.web.errors import Refused

MOST_CHANGES = 240
WINDOW_S = 60.0


class ChangeLimit:
    """Counts the changes of everybody but the holder of the server's own token.

    Args:
        clock: the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._counts = AddressCounts(MOST_CHANGES, WINDOW_S, clock)

    def count(self, identity: Identity) -> None:
        """Somebody changes something, or signs in.

        Raises:
            Refused: 429 `too_many_changes`.
        """
        if identity == ADMIN:
            return
        excess = self._counts.count(identity.subject)
        if excess is not None:
            raise Refused(
                429,
                "too_many_changes",
                "too many changes were made with this link in the last minute",
                hint=f"Try again in {excess.wait_s} seconds.",
                headers={"Retry-After": str(excess.wait_s)},
            )
