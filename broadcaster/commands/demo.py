"""`broadcaster demo`: the whole broadcast on this machine, with a prepared talk and no key.

Everything is real except the Realtime server, which is the local rehearsal server in a process of
its own; the talk is published by a WHIP client in another.
"""

import asyncio
import importlib.util
import io
import os
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import aiohttp
import segno
from pydantic import SecretStr
from rich.console import Console

from broadcaster import auth
from broadcaster.booths.rehearsed import START_S, Running, rehearsal_server
from broadcaster.commands.links import base_url, local_url
from broadcaster.commands.running import stop_signals
from broadcaster.commands.serve import say_goodbye
from broadcaster.config import Role, Settings
from broadcaster.errors import BroadcasterError
from broadcaster.from_settings import tls_context
from broadcaster.rehearsal import talk
from broadcaster.serving import running
from broadcaster.system.child_process import child
from broadcaster.system.tasks import first_of

EVENT = "demo"
FIXED: Mapping[str, Any] = MappingProxyType(
    {
        "redis_url": None,
        "workers": 1,
        "provider": "local",
        "realtime_url": "http://127.0.0.1",
        "realtime_azure": False,
        "extra_translate_languages": "",
        "BROADCASTER_API_KEY": SecretStr("rehearsal"),  # its name in the environment, an alias
    }
)
"""Settings of the demo's own, whatever the environment says."""
LANGUAGES = ("es", "fr", "de", "it", "pt", "ja", "zh", "ar")


async def show(settings: Settings, out: Console) -> None:
    """Run the demo until a signal comes.

    Raises:
        BroadcasterError: the speech engines are missing or did not start.
        OSError: the address is in use.
    """
    if importlib.util.find_spec("pocketsphinx") is None:
        raise BroadcasterError(
            "the demo's speech engines are not installed",
            hint='Install them: pip install "conference-broadcaster[rehearsal]"',
        )
    async with AsyncExitStack() as stack:
        stop = await stack.enter_async_context(stop_signals())
        data_dir = Path(stack.enter_context(TemporaryDirectory(prefix="broadcaster-demo-")))
        with out.status("starting the rehearsal interpreter (real speech engines)…"):
            interpreter = await stack.enter_async_context(rehearsal_server())
        settings = settings.model_copy(
            update={
                "data_dir": data_dir,
                "realtime_url": interpreter.url,
                "on_demand": False,
            }
        )
        token, _ = auth.admin_token(data_dir)
        with out.status("starting the broadcaster…"):
            context = tls_context(settings)
            acceptor = await stack.enter_async_context(
                running(settings, frozenset(Role), token, context)
            )
            made = data_dir / "tls" / "certificate.pem"
            certificate = (settings.tls_cert or made) if settings.tls else None
            local = local_url(settings, acceptor.addresses)
            stage_key = await go_live(local, token, certificate)
        with out.status("putting the speaker on stage…"):
            on_stage = await stack.enter_async_context(
                speaker(f"{local}/whip/{EVENT}", stage_key, certificate)
            )
        _announce(base_url(settings, acceptor.addresses), token, out)
        await first_of(stop.wait(), interpreter.until_ended(), on_stage.until_ended(), name="demo")
        if not stop.is_set():
            raise BroadcasterError(
                "the demo's speaker or interpreter ended", hint="Start the demo again."
            )
        say_goodbye("Stopping…", out)


@asynccontextmanager
async def speaker(
    whip_url: str, stage_key: str, certificate: Path | None
) -> AsyncIterator[Running]:
    """Publish the prepared talk in a loop, by a WHIP client in a process of its own.

    Yields:
        The process, and the address it publishes to.

    Raises:
        BroadcasterError: the talk was not published.
    """
    recording = str(talk.load().audio_path)
    command = [sys.executable, "-m", "broadcaster", "publish", recording, whip_url]
    command += ["--loop", "--progress", "off"]
    if certificate is not None:
        command += ["--ca", str(certificate)]
    environment = os.environ | {"BROADCASTER_STAGE_KEY": stage_key}
    async with child(command, stdout=asyncio.subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        async with asyncio.timeout(START_S):
            while (line := await process.stdout.readline()) and b"on the floor" not in line:
                pass
        if not line:
            raise BroadcasterError(
                "the demo's talk could not be published", hint="The lines above say why."
            )
        yield Running(whip_url, process)


async def go_live(local: str, token: str, certificate: Path | None) -> str:
    """Create the demo's event through the API and take it live.

    Returns:
        Its stage key.
    """
    trust = ssl.create_default_context(cafile=certificate) if certificate else True
    async with aiohttp.ClientSession(
        local,
        headers={"Authorization": f"Bearer {token}"},
        connector=aiohttp.TCPConnector(ssl=trust),
        raise_for_status=True,
    ) as http:
        event = {
            "id": EVENT,
            "title": "Water for everyone (demo)",
            "languages": LANGUAGES,
            "ai_notice": talk.load().ai_notice["en"],
            "ai_notice_translations": dict(talk.load().ai_notice),
        }
        async with http.post("/api/events", json=event) as answer:
            stage_key: str = (await answer.json())["stage_key"]
        async with http.patch(f"/api/events/{EVENT}", json={"state": "live"}):
            return stage_key


def _announce(base: str, token: str, out: Console) -> None:
    link = f"{base}/e/{EVENT}"
    out.out(_qr(link), end="")
    out.print(f"[green]✓[/] Listen and read: [bold]{link}[/]", soft_wrap=True)
    out.print(f"  The desk:        {base}/desk?token={token}", soft_wrap=True)
    out.print(
        "\nA prepared talk repeats on stage. Tap Listen and choose a language: a few\n"
        "seconds after the speaker you hear and read it in Spanish, French, German, Italian,\n"
        "Portuguese, Japanese, Chinese or Arabic. The voices were rendered ahead by Kokoro; those\n"
        "of German and Arabic are simple ones. They need no key and no network; with a key the\n"
        "same broadcast speaks with OpenAI's. Ctrl-C ends it.",
        soft_wrap=True,
    )
    if not base.startswith("https://"):
        out.print("\nOn a phone: start it with --lan, then scan the code.")


def _qr(link: str) -> str:
    text = io.StringIO()
    segno.make(link, error="l").terminal(out=text, compact=True, border=2)
    return text.getvalue()
