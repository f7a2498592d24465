"""Closed captions of Zoom: one POST for each text, counted by `seq`.

Zoom's article “Integrating a third-party closed captioning service”
(https://support.zoom.com/hc/en/article?id=zm_kb&sysparm_article=KB0060368) has the rules:

- the body is the text alone, `text/plain` in UTF-8; a line break is a newline;
- every POST has `seq`, which grows by one with each new text and stays the same for a retry;
- every POST has `lang`, a language and a country: `en-US`;
- `GET /closedcaption/seq` answers the `seq` of the last text that has arrived;
- 400 means that the meeting has not started, 403 that the address is not valid, and all answers but
  2xx and all time-outs are to be tried again.
"""

import re

import aiohttp
from babel.core import get_global, parse_locale
from yarl import URL

from broadcaster.outputs.wires.http_posts import ask, with_query
from broadcaster.outputs.wires.wire import Parcel, WireTarget

_NUMBER = re.compile(r"\s*\"?([0-9]{1,18})\"?\s*")
_MEETING_NOT_STARTED = 400


class ZoomWire:
    """Sends to one meeting.

    Args:
        http: the client.
        target: its address is the caption URL that the host has copied.
    """

    def __init__(self, http: aiohttp.ClientSession, target: WireTarget) -> None:
        self._http = http
        self._address = target.address
        self._language = language_and_country(target.language)

    async def send_text(self, parcel: Parcel) -> None:
        """See `Wire.send_text`."""
        url = with_query(self._address, seq=parcel.number, lang=self._language)
        data = parcel.text.encode()
        await ask(self._http, "POST", url, data=data, not_started=_MEETING_NOT_STARTED)

    async def last_number(self) -> int | None:
        """See `Wire.last_number`."""
        url = URL(self._address, encoded=True)
        path = f"{url.raw_path.rstrip('/')}/seq"
        asking = url.with_path(path, encoded=True, keep_query=True)
        answer = await ask(self._http, "GET", asking, not_started=_MEETING_NOT_STARTED)
        number = _NUMBER.fullmatch(answer)
        return int(number[1]) if number is not None else None

    async def close(self) -> None:
        """See `Wire.close`; the client is shared."""


def language_and_country(tag: str) -> str:
    """A language tag with the country where it is spoken most: `pt` → `pt-BR`.

    The first call reads a file.
    """
    try:
        language, territory, script, *_ = parse_locale(tag, sep="-")
    except ValueError:
        return "en-US"
    if territory is None:
        likely = get_global("likely_subtags")
        found = likely.get(f"{language}_{script}") or likely.get(language, "")
        territory = found.rpartition("_")[2]
    return f"{language}-{territory}" if territory else language
