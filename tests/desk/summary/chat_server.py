"""A server that speaks chat completions, and refuses what the documentation does not allow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from openai.types.chat import ChatCompletion
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import SecretStr, TypeAdapter, ValidationError

from broadcaster.model.caption import Caption
from tests.support.web import on_loopback

KEY = "sk-of-the-tests"
MODEL = "small-writer"
SUMMARY = "• Water is for everybody.\n• Cities grow."
PROMPT = "Summarise the talk in two sentences."
SAID = Caption("floor-1", "floor", 1_000, 2_000, "Water is for everybody.", final=True)
_REQUEST: TypeAdapter[Any] = TypeAdapter(CompletionCreateParamsNonStreaming)


class ChatServer:
    """Counts what it was asked; `faults` are its next answers: a status, or `hang` or `garbage`."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.broken: list[str] = []
        self.faults: list[int | str] = []

    async def complete(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append(body)
        try:
            _REQUEST.validate_python(body)
        except ValidationError as wrong:
            self.broken.append(str(wrong))
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response({"error": {"message": "wrong key"}}, status=401)
        match self.faults.pop(0) if self.faults else 200:
            case "hang":
                await asyncio.sleep(3600)
            case "garbage":
                return web.Response(text="<html>busy</html>")
            case "endless":
                return web.Response(text="x" * 2_000_000)
            case int() as status if status != 200:
                return web.Response(status=status, headers={"Retry-After": "0"})
        answer = ChatCompletion.model_validate(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1_795_900_000,
                "model": body["model"],
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "logprobs": None,
                        "message": {"role": "assistant", "content": SUMMARY, "refusal": None},
                    }
                ],
            }
        )
        return web.json_response(answer.model_dump(mode="json"))


@asynccontextmanager
async def chat_server() -> AsyncIterator[ChatServer]:
    server = ChatServer()
    application = web.Application(client_max_size=10_000_000)
    application.router.add_post("/v1/chat/completions", server.complete)
    async with on_loopback(application, handler_cancellation=True) as url:
        server.url = f"{url}/v1"
        yield server


def settings_of(service: ChatServer) -> dict[str, Any]:
    return {
        "summary_url": service.url,
        "summary_key": SecretStr(KEY),
        "summary_model": MODEL,
    }
