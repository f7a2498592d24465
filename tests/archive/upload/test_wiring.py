"""Copies are made if a bucket is set, and a missing library or half a key is said at the start."""

from pathlib import Path
from typing import Any

import pytest

from broadcaster import from_settings
from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.config import Role, Settings, unused
from broadcaster.model.clock import SystemClock
from broadcaster.os_errors import SettingUnusable
from broadcaster.parts import recordings


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(data_dir=folder, **given)


async def tasks(given: Settings) -> set[str]:
    async with EmbeddedBus(None) as bus:
        run, _ = recordings.archive(given, bus, SystemClock())
        return set(run)


async def test_copies_are_off_until_a_bucket_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await tasks(settings(tmp_path)) == {"recordings"}
    set_up = settings(tmp_path, s3_bucket="talks/2026")
    assert await tasks(set_up) == {"recordings", "copies of recordings"}
    address = from_settings.bucket_address(set_up)
    assert address is not None
    assert (address.bucket, address.folder) == ("talks", "2026/")
    monkeypatch.setattr(recordings, "is_installed", lambda: False)
    with pytest.raises(SettingUnusable) as missing:
        await tasks(set_up)
    assert "conference-broadcaster[s3]" in missing.value.advice()


def test_half_a_key_and_an_open_way_are_said(tmp_path: Path) -> None:
    half = settings(tmp_path, s3_bucket="talks", s3_access_key="key")
    [sentence] = from_settings.problems(half)
    assert sentence.startswith("BROADCASTER_S3_ACCESS_KEY and BROADCASTER_S3_SECRET_KEY")
    whole = settings(tmp_path, s3_bucket="talks", s3_endpoint="http://minio.example")
    assert not from_settings.problems(whole)
    [sentence] = from_settings.doubts(whole)
    assert sentence.startswith("BROADCASTER_S3_ENDPOINT begins with http://")
    alone = settings(tmp_path, s3_region="eu-central-1")
    assert unused(alone, frozenset(Role)) == {
        "BROADCASTER_S3_REGION": "BROADCASTER_S3_BUCKET is not set"
    }
