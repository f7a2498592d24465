"""Captions as a browser asks for them again and again."""

from typing import Any

from tests.edge.conftest import Edge
from tests.support.deadline import deadline


async def poll(edge: Edge, query: str = "", path: str = "/e/talk/poll/es") -> Any:
    async with deadline(), edge.http.get(f"{path}?{query}") as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        return await answer.json()


def texts(answer: Any) -> list[str]:
    return [caption["text"] for caption in answer["captions"]]


SHOWN = """() => [...document.querySelectorAll('#captions [data-caption]')]
  .map((caption) => caption.textContent)"""
