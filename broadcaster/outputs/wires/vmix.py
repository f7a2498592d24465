"""A text field of a title in vMix, set by its HTTP Web API.

vMix's help (https://www.vmix.com/help28/DeveloperAPI.html) has the function
`/api/?Function=SetText&Input=…&SelectedName=…&Value=…`. `Input` is the name, number or key of the
title, and `SelectedName` the text field in it, such as `Headline.Text`.
"""

import aiohttp
from yarl import URL

from broadcaster.outputs.wires.http_posts import ask
from broadcaster.outputs.wires.wire import Parcel, WireFailed, WireTarget

_NO_SUCH_INPUT = 500
"""vMix answers so to a function that it cannot carry out."""


class VmixWire:
    """Sets the text of one field.

    Args:
        http: the client.
        target: its address is that of vMix's web controller; its options are `input` and `field`.
    """

    def __init__(self, http: aiohttp.ClientSession, target: WireTarget) -> None:
        self._http = http
        self._url = URL(target.address).with_path("/api/")
        self._input = str(target.options.get("input", ""))
        self._field = str(target.options.get("field", ""))

    async def send_text(self, parcel: Parcel) -> None:
        """See `Wire.send_text`."""
        query = {
            "Function": "SetText",
            "Input": self._input,
            "SelectedName": self._field,
            "Value": parcel.text,
        }
        try:
            await ask(self._http, "GET", self._url.with_query(query))
        except WireFailed as failed:
            if failed.values.get("status") == _NO_SUCH_INPUT:
                raise WireFailed("no_such_input", {"input": self._input}) from None
            raise

    async def last_number(self) -> int | None:
        """See `Wire.last_number`: a field shows the newest text alone."""
        return None

    async def close(self) -> None:
        """See `Wire.close`; the client is shared."""
