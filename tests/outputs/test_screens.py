"""OBS and vMix show the newest text: it grows, replaces the one before, and goes in a pause."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from broadcaster.model.outputs.progress import OutputState
from tests.outputs.stage import Talk
from tests.support.deadline import deadline
from tests.support.on_demand import served

PASSWORD, SALT, CHALLENGE = "supersecretpassword", "PZVbYpvAnZut2SS6JNJytDm9", "ztTBnnuqrqaKDzRM"


def sha(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class Studio:
    """OBS, which follows obs-websocket 5, and vMix; each has one text."""

    def __init__(self) -> None:
        self.url = ""
        self.texts: list[str] = []
        self.password: str | None = PASSWORD
        self.connections = 0
        self.end_after: int | None = None
        """How many requests the next connection answers."""

    async def obs(self, request: web.Request) -> web.WebSocketResponse:
        opened = web.WebSocketResponse(protocols=("obswebsocket.json",))
        await opened.prepare(request)
        assert opened.ws_protocol == "obswebsocket.json"
        self.connections += 1
        hello: dict[str, Any] = {"obsWebSocketVersion": "5.5.0", "rpcVersion": 1}
        if self.password is not None:
            hello["authentication"] = {"challenge": CHALLENGE, "salt": SALT}
        await opened.send_json({"op": 0, "d": hello})
        identify = await opened.receive_json()
        assert (identify["op"], identify["d"]["rpcVersion"]) == (1, 1)
        if self.password is not None:
            expected = sha(sha(self.password + SALT) + CHALLENGE)
            if identify["d"].get("authentication") != expected:
                await opened.close(code=4009, message=b"Authentication failed.")
                return opened
        await opened.send_json({"op": 2, "d": {"negotiatedRpcVersion": 1}})
        left, self.end_after = self.end_after, None
        async for message in opened:
            await self._answer(opened, json.loads(message.data))
            if left is not None and (left := left - 1) == 0:
                await opened.close()
        return opened

    async def _answer(self, opened: web.WebSocketResponse, message: dict[str, Any]) -> None:
        assert message["op"] == 6
        data = message["d"]
        assert data["requestType"] == "SetInputSettings"
        wanted = data["requestData"]
        assert wanted["overlay"] is True
        status: dict[str, Any] = {"result": True, "code": 100}
        if wanted["inputName"] == "Captions":
            self.texts.append(wanted["inputSettings"]["text"])
        else:
            status = {"result": False, "code": 600, "comment": "No source was found."}
        await opened.send_json({"op": 5, "d": {"eventType": "InputSettingsChanged"}})
        response = {
            "requestType": data["requestType"],
            "requestId": data["requestId"],
            "requestStatus": status,
        }
        await opened.send_json({"op": 7, "d": response})

    async def vmix(self, request: web.Request) -> web.Response:
        query = request.query
        assert query["Function"] == "SetText"
        if (query["Input"], query["SelectedName"]) != ("Lower third", "Headline.Text"):
            return web.Response(status=500)
        self.texts.append(query["Value"])
        return web.Response()

    async def until_shown(self, text: str) -> None:
        async with deadline():
            while not self.texts or self.texts[-1] != text:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def studio() -> AsyncIterator[Studio]:
    one = Studio()
    application = web.Application()
    application.router.add_get("/", one.obs)
    application.router.add_get("/api/", one.vmix)
    async with served(application) as url:
        one.url = url
        yield one


async def test_obs_shows_the_newest_text_and_clears_it_in_a_pause(talk: Talk) -> None:
    async with studio() as obs, talk.outputs():
        address = obs.url.replace("http", "ws")
        output = await talk.add("obs", address, password=PASSWORD, input="Captions")
        await talk.until(output, OutputState.WAITING)
        for text in ("Good morning,\neverybody.", "¿Qué tal?"):
            await talk.say(text)
            await obs.until_shown(text)
        await obs.until_shown("")
        assert obs.texts.index("Good morning,\neverybody.") < obs.texts.index("¿Qué tal?")
        assert (await talk.until(output, OutputState.SENDING)).missed == 0
        assert obs.connections == 1


async def test_obs_that_is_started_again_shows_what_is_said_then(talk: Talk) -> None:
    async with studio() as obs, talk.outputs():
        obs.password, obs.end_after = None, 1
        address = obs.url.replace("http", "ws")
        output = await talk.add("obs", address, input="Captions")
        await talk.until(output, OutputState.WAITING)
        for text in ("One.", "Two.", "Three."):
            await talk.say(text)
            await obs.until_shown(text)
        assert obs.connections == 2


async def test_obs_with_another_password_or_without_the_source(talk: Talk) -> None:
    async with studio() as obs, talk.outputs():
        address = obs.url.replace("http", "ws")
        wrong = await talk.add("obs", address, password="another", input="Captions")
        nameless = await talk.add("obs", address, password=PASSWORD, input="Nothing")
        for output in (wrong, nameless):
            await talk.until(output, OutputState.WAITING)
        await talk.say("One.")
        await talk.until(wrong, OutputState.STOPPED, "wrong_password")
        progress = await talk.until(nameless, OutputState.RETRYING, "no_such_input")
        assert progress.values == {"input": "Nothing"}
        assert obs.texts == []


async def test_vmix_shows_the_newest_text(talk: Talk) -> None:
    async with studio() as vmix, talk.outputs():
        shown = {"input": "Lower third", "field": "Headline.Text"}
        output = await talk.add("vmix", vmix.url, **shown)
        other = await talk.add("vmix", vmix.url, **{**shown, "field": "Name.Text"})
        for one in (output, other):
            await talk.until(one, OutputState.WAITING)
        await talk.say("Ae")
        await vmix.until_shown("Ae")
        await talk.revise("Ä & ü = 100 %?\n#2")
        await vmix.until_shown("Ä & ü = 100 %?\n#2")
        await talk.until(output, OutputState.SENDING)
        await talk.until(other, OutputState.RETRYING, "no_such_input")
