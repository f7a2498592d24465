"""The languages that an interpreter says it can translate into, asked again and again.

The local interpreter answers `GET /v1/languages`: what it can do depends on the models of its
machine.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from broadcaster.realtime.endpoint import Endpoint

ASK_EVERY_S = 30.0
ANSWER_S = 3.0
_MOST_BYTES = 256 * 1024


class ToldLanguage(BaseModel):
    """A language, as the interpreter tells of it.

    Attributes:
        language: ISO 639 code.
        translates: anything, or the sentences of its prepared talk alone.
        engine: what translates, for people.
        quality: the word for the measured quality.
        chrf: measured, from 0 to 100; None if it was not measured.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: str = Field(max_length=16)
    translates: Literal["anything", "prepared_talk"]
    engine: str = Field(max_length=200)
    quality: Literal["good", "gist", "poor", "not_measured"]
    chrf: float | None = Field(ge=0, le=100)


class _Answer(BaseModel):
    languages: tuple[ToldLanguage, ...] = Field(max_length=1_000)


class ToldLanguages:
    """Asks one interpreter.

    Args:
        http: asks.
        endpoint: the interpreter, whose provider tells its languages.

    Attributes:
        known: by ISO 639 code, from the last answer; None before one, and while it does not answer.
    """

    def __init__(self, http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
        self._http, self._endpoint = http, endpoint
        self.known: Mapping[str, ToldLanguage] | None = None

    async def keep_asking(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Ask until cancelled.

        Args:
            sleep: waits for that many seconds.
        """
        while True:
            self.known = await self._ask()
            await sleep(ASK_EVERY_S)

    async def _ask(self) -> Mapping[str, ToldLanguage] | None:
        """The languages; None if the interpreter does not answer, or not so."""
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                self._http.get(
                    self._endpoint.languages_url(),
                    headers=self._endpoint.headers(),
                    allow_redirects=False,
                ) as answer,
            ):
                if not answer.ok:
                    return None
                body = b""
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > _MOST_BYTES:
                        return None
            told = _Answer.model_validate_json(body).languages
        except (aiohttp.ClientError, TimeoutError, OSError, ValidationError):
            return None
        return {one.language: one for one in told}
