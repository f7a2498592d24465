"""Asks a service that speaks the protocol of OpenAI's chat completions.

The reference is https://platform.openai.com/docs/api-reference/chat/create. Many services and
servers in one's own network speak it, too.
"""

import asyncio
from http import HTTPStatus

import aiohttp
from pydantic import BaseModel, Field, SecretStr, ValidationError

from broadcaster.desk.summary.problems import WORTH_TRYING, SummaryFailed, SummaryProblem
from broadcaster.model.ports import Clock
from broadcaster.system.backoff import Backoff

DEADLINE_S = 180.0
"""Of one attempt."""
ATTEMPTS = 4
LONGEST_PAUSE_S = 60.0
LARGEST_ANSWER_BYTES = 1_000_000
_PROBLEMS = {
    400: SummaryProblem.REFUSED_TEXT,
    401: SummaryProblem.REFUSED_KEY,
    403: SummaryProblem.REFUSED_KEY,
    404: SummaryProblem.WRONG_ADDRESS,
    413: SummaryProblem.REFUSED_TEXT,
    422: SummaryProblem.REFUSED_TEXT,
    429: SummaryProblem.BUSY,
}


class _Message(BaseModel):
    content: str = Field(min_length=1)


class _Choice(BaseModel):
    message: _Message


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


class ChatService:
    """One service.

    Args:
        http: the client.
        clock: the time.
        url: the address before `/chat/completions`.
        key: sent as Bearer; None for none.
        model: its name there.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        clock: Clock,
        url: str,
        key: SecretStr | None,
        model: str,
    ) -> None:
        self._http = http
        self._clock = clock
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._key = key
        self.model = model

    async def answer(self, prompt: str, text: str) -> str:
        """The answer to a text, after some attempts if need be.

        Args:
            prompt: says what to do with the text.
            text: of the user.

        Raises:
            SummaryFailed: the service gives none.
        """
        backoff = Backoff(2.0, LONGEST_PAUSE_S, sleep=self._clock.sleep)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._ask(prompt, text)
            except SummaryFailed as failed:
                if failed.problem not in WORTH_TRYING or attempt == ATTEMPTS:
                    raise
                await self._clock.sleep(min(failed.after_s, LONGEST_PAUSE_S))
                await backoff.wait()
        raise AssertionError

    async def _ask(self, prompt: str, text: str) -> str:
        body = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": prompt},
                {"role": "user", "content": text},
            ],
        }
        headers = {"Authorization": f"Bearer {self._key.get_secret_value()}"} if self._key else {}
        try:
            async with (
                asyncio.timeout(DEADLINE_S),
                self._http.post(
                    self._url, json=body, headers=headers, allow_redirects=False
                ) as answer,
            ):
                if answer.status != HTTPStatus.OK:
                    raise _refusal(answer)
                content = await _read(answer)
        except TimeoutError:
            raise SummaryFailed(SummaryProblem.TIMED_OUT) from None
        except (aiohttp.ClientError, OSError):
            raise SummaryFailed(SummaryProblem.UNREACHABLE) from None
        try:
            completion = _Completion.model_validate_json(content)
        except ValidationError:
            raise SummaryFailed(SummaryProblem.BAD_ANSWER) from None
        return completion.choices[0].message.content


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for piece in answer.content.iter_any():
        content += piece
        if len(content) > LARGEST_ANSWER_BYTES:
            raise SummaryFailed(SummaryProblem.BAD_ANSWER)
    return bytes(content)


def _refusal(answer: aiohttp.ClientResponse) -> SummaryFailed:
    problem = _PROBLEMS.get(answer.status)
    if problem is None:
        failed_there = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        problem = SummaryProblem.BUSY if failed_there else SummaryProblem.BAD_ANSWER
    wanted = answer.headers.get("Retry-After", "")
    return SummaryFailed(problem, float(wanted) if wanted.isdecimal() else 0.0)
