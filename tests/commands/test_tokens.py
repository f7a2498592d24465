"""`broadcaster tokens` against a running server."""

import asyncio
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from broadcaster.commands.cli import main
from tests.support.server import TOKEN, Server, running_server


async def run(server: Server, *words: str) -> Result:
    """Run a command in a thread: it has an event loop of its own."""
    command = ["tokens", "--url", server.url, "--token", TOKEN, *words]
    return await asyncio.to_thread(CliRunner().invoke, main, command, env={"COLUMNS": "200"})


async def asked(server: Server, *words: str) -> Any:
    """The JSON that a command prints."""
    result = await run(server, "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


async def test_a_token_is_created_listed_and_revoked(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server") as server:
        created = await run(
            server, "create", "Ana", "--role", "technician", "--scope", "event:talk", "--days", "2"
        )
        assert created.exit_code == 0, created.output
        assert "/desk#token=cbt_" in created.stdout
        [listed] = await asked(server, "list")
        assert listed["name"] == "Ana"
        assert listed["scopes"] == ["event:talk"]
        assert listed["expires_at"] is not None
        table = await run(server, "list")
        assert "Ana" in table.stdout
        revoked = await asked(server, "revoke", listed["id"])
        assert revoked["state"] == "revoked"
        assert "is revoked" in (await run(server, "revoke", listed["id"])).stdout


async def test_a_refusal_is_a_sentence(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server") as server:
        refused = await run(server, "create", "Ana", "--role", "reviewer")
        assert refused.exit_code == 3
        assert "needs a scope" in refused.stderr
        assert (await run(server, "revoke", "nothing")).exit_code == 3
        admin = await asked(server, "create", "Second admin", "--role", "admin")
        assert admin["role"] == "admin"
