import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientResponse

from broadcaster.webrtc.ice import IceServer
from broadcaster.webrtc.ingest import IngestEndReason, IngestSettings, PeerState
from tests.support.deadline import deadline
from tests.support.signaling import FRAGMENT, RESTART, error, trickled
from tests.webrtc.support import (
    AUTHORIZATION,
    SDP,
    Stage,
    answered,
    client,
    heard,
    stage,
    voice,
    worst_match,
)

pytestmark = pytest.mark.usefixtures("loopback")
STUN = IceServer("stun:127.0.0.1:9")
TURN = IceServer("turn:127.0.0.1:9", "user", "turn-password")


@pytest_asyncio.fixture
async def whip() -> AsyncIterator[Stage]:
    async with stage(IngestSettings()) as running:
        yield running


async def test_sound_arrives_and_delete_ends_it(whip: Stage) -> None:
    async with client() as publisher:
        address = await whip.published(publisher)
        peer = await whip.arrival()
        sound = await heard(peer, 3)
        assert whip.endpoint.session_count == 1
        async with whip.http.delete(address, headers=AUTHORIZATION) as reply:
            assert reply.status == 200
        assert peer.end_reason is IngestEndReason.HUNG_UP
        assert whip.endpoint.session_count == 0
        async with whip.http.delete(address) as reply:
            assert reply.status == 200
    assert worst_match(sound, voice(30)[::2]) >= 0.9


async def test_a_slash_at_the_end_changes_nothing(whip: Stage) -> None:
    async with client() as publisher:
        offer = publisher.localDescription.sdp
        async with whip.http.post(f"{whip.url}/whip/demo/", data=offer, headers=SDP) as reply:
            assert reply.status == 201
            address = whip.url + reply.headers["Location"]
        async with whip.http.options(f"{whip.url}/whip/demo/") as reply:
            assert reply.headers["Accept-Post"] == "application/sdp"
        async with whip.http.get(f"{whip.url}/whip/demo/") as reply:
            assert await error(reply) == (405, "method_not_allowed")
        async with whip.http.delete(f"{address}/") as reply:
            assert reply.status == 200
    assert whip.endpoint.session_count == 0


async def test_created_tells_what_the_client_needs() -> None:
    async with stage(IngestSettings(ice_servers=(STUN,))) as whip, client() as publisher:
        offer = publisher.localDescription.sdp
        async with whip.http.post(f"{whip.url}/whip/demo", data=offer, headers=SDP) as reply:
            assert reply.status == 201
            assert reply.headers["Content-Type"] == "application/sdp"
            assert reply.headers["Location"].startswith("/whip/demo/")
            assert reply.headers["ETag"].startswith('"')
            assert reply.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"
            assert reply.headers["Cache-Control"] == "no-store"
            assert reply.headers["Link"] == '<stun:127.0.0.1:9>; rel="ice-server"'
            assert reply.headers["Access-Control-Allow-Origin"] == "*"
            exposed = reply.headers["Access-Control-Expose-Headers"]
            assert {"Location", "ETag", "Link", "Accept-Patch"} <= set(exposed.split(", "))


async def test_options() -> None:
    async with stage(IngestSettings(ice_servers=(STUN, TURN))) as whip:
        url = f"{whip.url}/whip/demo"
        async with whip.http.options(url) as reply:
            assert reply.status == 204
            assert reply.headers["Accept-Post"] == "application/sdp"
            assert reply.headers["Access-Control-Allow-Methods"] == "OPTIONS, POST"
            allowed = set(reply.headers["Access-Control-Allow-Headers"].split(", "))
            assert allowed == {"Content-Type", "Authorization", "If-Match", "ETag"}
            assert "turn-password" not in str(reply.headers)
            assert len(reply.headers.getall("Link")) == 1
        async with whip.http.options(url, headers=AUTHORIZATION) as reply:
            assert 'username="user"; credential="turn-password"' in reply.headers.getall("Link")[1]
        async with whip.http.options(url, headers={"Authorization": "Bearer no"}) as reply:
            assert await error(reply) == (401, "wrong_stage_key")
        async with whip.http.options(f"{url}/anything") as reply:
            assert reply.status == 204
            assert "PATCH" in reply.headers["Access-Control-Allow-Methods"]
            assert reply.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"


@pytest.mark.parametrize("key", [None, "Bearer", "Bearer wrong", "Basic c3RhZ2U=", "Bearer \udcff"])
async def test_the_stage_key_is_needed(whip: Stage, key: str | None) -> None:
    headers = {**SDP, "Authorization": key} if key else {"Content-Type": "application/sdp"}
    async with whip.http.post(f"{whip.url}/whip/demo", data="v=0", headers=headers) as reply:
        assert reply.headers["WWW-Authenticate"] == "Bearer"
        assert await error(reply) == (401, "wrong_stage_key")


@pytest.mark.parametrize(
    ("path", "headers", "body", "expected"),
    [
        ("none", {}, "v=0", (404, "unknown_event")),
        ("over", {}, "v=0", (409, "event_closed")),
        ("demo", {"Content-Type": "application/json"}, "{}", (415, "wrong_content_type")),
        ("demo", {"Accept": "text/html, image/*"}, "v=0", (406, "not_acceptable")),
        ("demo", {"Accept": "application/sdp;q=0"}, "v=0", (406, "not_acceptable")),
        ("demo", {"Accept": "text/html, application/*;q=0.1"}, "{}", (400, "malformed_sdp")),
        ("demo", {}, "", (400, "malformed_sdp")),
        ("demo", {}, b"\xff\xfe", (400, "malformed_sdp")),
        ("demo", {}, "v=0\r\ns=-\r\n", (422, "no_opus_audio")),
        ("demo", {}, "v=0" + "x" * 70_000, (413, "body_too_large")),
    ],
)
async def test_refused_offers(
    whip: Stage, path: str, headers: dict[str, str], body: str, expected: tuple[int, str]
) -> None:
    url = f"{whip.url}/whip/{path}"
    async with whip.http.post(url, data=body, headers={**SDP, **headers}) as reply:
        assert await error(reply) == expected
    assert whip.endpoint.session_count == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD"])
async def test_other_methods_on_the_endpoint(whip: Stage, method: str) -> None:
    async with whip.http.request(method, f"{whip.url}/whip/demo") as reply:
        assert reply.status == 405
        assert reply.headers["Allow"] == "OPTIONS, POST"


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
async def test_other_methods_on_a_session(whip: Stage, method: str) -> None:
    async with whip.http.request(method, f"{whip.url}/whip/demo/x") as reply:
        assert await error(reply) == (405, "method_not_allowed")
        assert reply.headers["Allow"] == "OPTIONS, PATCH, DELETE"


async def test_trickle(whip: Stage) -> None:
    async with client() as publisher:
        offer, fragment = trickled(publisher.localDescription.sdp)
        async with whip.http.post(f"{whip.url}/whip/demo", data=offer, headers=SDP) as reply:
            answer, etag = await reply.text(), reply.headers["ETag"]
            address = whip.url + reply.headers["Location"]

        async def patched(body: str, headers: dict[str, str]) -> ClientResponse:
            async with whip.http.patch(address, data=body, headers=headers) as reply:
                await reply.read()
                return reply

        assert (await patched(fragment, FRAGMENT)).status == 204
        assert (await patched(fragment, {**FRAGMENT, "If-Match": "*"})).status == 204
        assert (
            await patched(fragment, {**FRAGMENT, "If-Match": etag, **AUTHORIZATION})
        ).status == 204
        assert (await patched("a=end-of-candidates", FRAGMENT)).status == 204
        for body, headers, expected in [
            (fragment, {**FRAGMENT, "If-Match": '"other"'}, (412, "session_changed")),
            (fragment, {**FRAGMENT, "If-Match": "garbage"}, (412, "session_changed")),
            (RESTART, {**FRAGMENT, "If-Match": "*"}, (422, "ice_restart_unsupported")),
            (fragment, SDP, (415, "wrong_content_type")),
            ("garbage", FRAGMENT, (400, "malformed_sdp")),
            ("a=x:" + "y" * 70_000, FRAGMENT, (413, "body_too_large")),
            (fragment, {**FRAGMENT, "Authorization": "Bearer no"}, (401, "wrong_stage_key")),
        ]:
            assert await error(await patched(body, headers)) == expected
        async with whip.http.patch(f"{address}x", data=fragment, headers=FRAGMENT) as reply:
            assert await error(reply) == (404, "unknown_session")
        over = address.replace("/demo/", "/over/")
        async with whip.http.patch(over, data=fragment, headers=FRAGMENT) as reply:
            assert await error(reply) == (404, "unknown_session")
        # The client is not told our addresses: the trickled ones must lead to it.
        await answered(
            publisher,
            "".join(line for line in answer.splitlines(keepends=True) if "candidate" not in line),
        )
        assert len(await heard(await whip.arrival(), 0.5)) > 0


async def test_a_second_speaker_is_refused_or_takes_over(whip: Stage) -> None:
    async with client() as first, client() as second:
        await whip.published(first)
        peer = await whip.arrival()
        await heard(peer, 0.5)
        offer = second.localDescription.sdp
        async with whip.http.post(f"{whip.url}/whip/demo", data=offer, headers=SDP) as reply:
            assert await error(reply) == (409, "floor_taken")
        assert (peer.state, whip.endpoint.session_count) == (PeerState.LIVE, 1)
        await whip.published(second, "?takeover=1")
        assert await peer.wait_closed() is IngestEndReason.CLOSED
        assert len(await heard(await whip.arrival(), 0.5)) > 0
        assert whip.endpoint.session_count == 1


async def test_a_speaker_that_vanished_can_come_back(whip: Stage) -> None:
    async with client(voice(1)) as first, client() as second:
        await whip.published(first)
        peer = await whip.arrival()
        async with deadline():
            while peer.state is not PeerState.STALLED:
                await asyncio.sleep(0.05)
        await whip.published(second)
        assert len(await heard(await whip.arrival(), 0.5)) > 0
        assert await peer.wait_closed() is IngestEndReason.CLOSED


async def test_a_speaker_that_hangs_up_is_forgotten(whip: Stage) -> None:
    async with client() as publisher:
        await whip.published(publisher)
        peer = await whip.arrival()
        await heard(peer, 0.2)
    async with deadline():
        assert await peer.wait_closed() is IngestEndReason.HUNG_UP
    assert whip.endpoint.session_count == 0


async def test_sessions_are_bounded(whip: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadcaster.webrtc.whip.sessions.MAX_SESSIONS", 1)
    async with client() as first, client() as second:
        await whip.published(first)
        offer = second.localDescription.sdp
        async with whip.http.post(f"{whip.url}/whip/demo", data=offer, headers=SDP) as reply:
            assert await error(reply) == (503, "too_many_publishers")
            assert reply.headers["Retry-After"]


async def test_a_slow_body_is_given_up(whip: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadcaster.web.signaling.BODY_TIMEOUT_S", 0.1)

    async def endless() -> AsyncIterator[bytes]:
        yield b"v=0"
        await asyncio.sleep(5)

    async with whip.http.post(f"{whip.url}/whip/demo", data=endless(), headers=SDP) as reply:
        assert await error(reply) == (408, "body_too_slow")
