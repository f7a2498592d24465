import logging
from pathlib import Path

import pytest

from broadcaster.system.private_files import tighten


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def laid_out(folder: Path) -> list[Path]:
    """Files that earlier versions left behind, open to everybody."""
    (folder / "tls").mkdir(parents=True)
    files = [
        folder / name
        for name in ("bus.sqlite3", "bus.sqlite3-wal", "admin-token", "tls/certificate.pem")
    ]
    for file in files:
        file.touch()
        file.chmod(0o644)
    for path in (folder, folder / "tls"):
        path.chmod(0o755)
    return files


def test_a_folder_of_an_earlier_version_is_closed_to_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = laid_out(tmp_path / "data")
    tighten(tmp_path / "data")
    assert {mode(file) for file in files} == {0o600}
    assert {mode(tmp_path / "data"), mode(tmp_path / "data" / "tls")} == {0o700}
    assert len(caplog.records) == len(files) + 2
    caplog.clear()
    tighten(tmp_path / "data")
    assert not caplog.records, "there was nothing left to do"


def test_files_of_others_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    foreign, linked = tmp_path / "notes.txt", tmp_path / "elsewhere"
    for file in (foreign, linked):
        file.touch()
        file.chmod(0o644)
    data = tmp_path / "data"
    data.mkdir(0o755)
    (data / "admin-token").symlink_to(linked)
    tighten(data)
    assert mode(linked) == 0o644
    assert mode(foreign) == 0o644


def test_a_link_to_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(0o755)
    (tmp_path / "data").symlink_to(tmp_path / "real")
    tighten(tmp_path / "data")
    assert mode(tmp_path / "real") == 0o700


def test_a_folder_of_all_users_stays_open(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = laid_out(tmp_path / "shared")
    (tmp_path / "shared").chmod(0o1777)
    tighten(tmp_path / "shared")
    assert mode(tmp_path / "shared") == 0o1777
    assert {mode(file) for file in files} == {0o600}
    assert "BROADCASTER_DATA_DIR" in caplog.text


def test_a_mode_that_cannot_be_changed_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o755)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    tighten(tmp_path / "data")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "Operation not permitted" in caplog.text


def test_no_folder_is_made(tmp_path: Path) -> None:
    tighten(tmp_path / "none")
    assert not (tmp_path / "none").exists()
