"""Pages of other addresses."""

import pytest

from tests.edge.conftest import Edge


@pytest.mark.parametrize("path", ["/e/talk/info", "/e/talk/captions/es"])
async def test_a_page_from_elsewhere_may_read_an_event_and_its_captions(
    edge: Edge, path: str
) -> None:
    async with edge.http.get(path, headers={"Origin": "https://elsewhere.example"}) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
