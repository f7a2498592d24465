"""The answers to the page of an event."""

import html
import json
import re
from typing import Any

from tests.edge.conftest import Edge
from tests.support.deadline import deadline

_ANSWER = re.compile(
    r'<script type="application/json" data-answer="([^"]*)">(.*?)</script>', re.DOTALL
)


async def answers(edge: Edge, path: str = "/e/talk", **headers: str) -> dict[str, Any]:
    """The answers in a page by their address."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    async with deadline(), edge.http.get(path, headers=names) as page:
        assert page.status == 200
        assert page.headers["Vary"] == "Accept-Encoding, Accept-Language"
        assert page.headers["Cache-Control"] == "private, no-cache"
        text = await page.text()
    return {html.unescape(name): json.loads(answer) for name, answer in _ANSWER.findall(text)}
