"""`broadcaster backup` and `broadcaster restore`: the database of the embedded bus."""

from datetime import datetime
from pathlib import Path

from rich.console import Console

from broadcaster.bus import DATABASE, backup
from broadcaster.bus.backup import BackupRefused
from broadcaster.config import Settings
from broadcaster.os_errors import DATA_DIR, blaming

_IN_REDIS = (
    "To back it up, run redis-cli BGSAVE and copy its dump.rdb when that is done. To restore it, "
    "stop Redis and all servers, put the file back, and start them again: see docs/operations.md."
)


def back_up(settings: Settings, target: Path, out: Console) -> None:
    """Copy the database to a new file.

    Raises:
        BackupRefused: the data is in Redis, or no sound copy can be made.
        OSError: the target cannot be written.
    """
    _refuse_with_redis(settings)
    contents = backup.back_up(settings.data_dir / DATABASE, target)
    out.print(f"[green]✓[/] {target}: {_described(contents)}", soft_wrap=True)


def put_back(settings: Settings, source: Path, out: Console) -> None:
    """Put a backup in the place of the database.

    Raises:
        DataFolderInUse: a server runs.
        BackupRefused: the data is in Redis, or the backup is not sound.
        SettingUnusable: the data folder cannot be written.
    """
    _refuse_with_redis(settings)
    database = settings.data_dir / DATABASE
    now = datetime.now().astimezone()
    with blaming(DATA_DIR, settings.data_dir):
        contents, replaced = backup.restore(source, database, now)
    out.print(f"[green]✓[/] {database}: {_described(contents)}", soft_wrap=True)
    if replaced is not None:
        out.print(f"  The database it replaces is kept: {replaced}", soft_wrap=True)
    out.print("  Start the server and look at the states of the events on the desk.")


def _described(contents: backup.Contents) -> str:
    return (
        f"events: {contents.events}, versions of captions: {contents.caption_versions}, "
        f"{contents.bytes / 1_000_000:.1f} MB; checked"
    )


def _refuse_with_redis(settings: Settings) -> None:
    if settings.redis_url is not None:
        raise BackupRefused(
            "BROADCASTER_REDIS_URL is set, so events and captions are in Redis", hint=_IN_REDIS
        )
