"""Archives that a stranger made."""

import io
import stat
import tarfile
import zipfile
from pathlib import Path
from typing import Literal, cast

import pytest

from broadcaster.rehearsal.models.refusal import ModelRefused
from broadcaster.rehearsal.models.unpacking import copy_folder, is_archive, unpack


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def tarred(path: Path, *members: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, cast("Literal['w']", mode)) as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def link(name: str, kind: bytes, target: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def refused(archive: Path, into: Path, most_bytes: int = 1_000_000) -> str:
    with pytest.raises(ModelRefused) as caught:
        unpack(archive, into, most_bytes)
    assert caught.value.hint
    assert caught.value.advice().endswith(f"({caught.value.error})")
    return caught.value.error


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_archive_is_unpacked(tmp_path: Path, into: Path, mode: str) -> None:
    folder = tarfile.TarInfo("m")
    folder.type = tarfile.DIRTYPE
    path = tarred(
        tmp_path / "a.tar", (folder, b""), (tarfile.TarInfo("m/model.bin"), b"abc"), mode=mode
    )
    assert is_archive(path)
    unpack(path, into)
    assert (into / "m" / "model.bin").read_bytes() == b"abc"


def test_a_zip_archive_is_unpacked(tmp_path: Path, into: Path) -> None:
    path = zipped(tmp_path / "a.argosmodel", ("m/", b""), ("m/model.bin", b"abc"))
    assert is_archive(path)
    unpack(path, into)
    assert (into / "m" / "model.bin").read_bytes() == b"abc"


@pytest.mark.parametrize(
    "name", ["../out", "a/../../out", "/etc/out", "a\\..\\out", "c:out", "a\nb", "n" * 300]
)
def test_no_file_leaves_the_folder(tmp_path: Path, into: Path, name: str) -> None:
    assert refused(zipped(tmp_path / "a.zip", (name, b"x")), into) == "unsafe_archive"
    assert refused(tarred(tmp_path / "a.tar", (tarfile.TarInfo(name), b"x")), into) == (
        "unsafe_archive"
    )
    assert [path.name for path in tmp_path.iterdir() if path.name == "out"] == []
    assert not list(into.rglob("*"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, into: Path, kind: bytes) -> None:
    path = tarred(tmp_path / "a.tar", (link("model.bin", kind, "/etc/passwd"), b""))
    assert refused(path, into) == "unsafe_archive"


def test_a_link_in_a_zip_archive_is_refused(tmp_path: Path, into: Path) -> None:
    member = zipfile.ZipInfo("model.bin")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refused(zipped(tmp_path / "a.zip", (member, b"/etc/passwd")), into) == "unsafe_archive"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_comes_twice_is_refused(tmp_path: Path, into: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("a", b"1"), ("a", b"2"))
    assert refused(path, into) == "unsafe_archive"
    for number, name in enumerate(("b/c", "b/c/d")):
        into_it = tmp_path / f"into-{number}"
        into_it.mkdir()
        path = zipped(tmp_path / "b.zip", ("b", b"1"), (name, b"2"))
        assert refused(path, into_it) == "unsafe_archive"


def test_what_grows_beyond_the_limit_is_refused(tmp_path: Path, into: Path) -> None:
    bomb = zipped(tmp_path / "a.zip", ("a", bytes(3_000_000)))
    assert bomb.stat().st_size < 10_000
    assert refused(bomb, into) == "model_too_large"
    many = zipped(tmp_path / "b.zip", *((f"f{number}", b"") for number in range(600)))
    assert refused(many, into) == "model_too_large"


def test_a_damaged_archive_is_named(tmp_path: Path, into: Path) -> None:
    path = tarred(tmp_path / "a.tar.gz", (tarfile.TarInfo("model.bin"), bytes(range(256)) * 500))
    path.write_bytes(path.read_bytes()[:-100])
    assert refused(path, into) == "archive_broken"


def test_a_folder_is_copied_up_to_the_limit(tmp_path: Path, into: Path) -> None:
    source = tmp_path / "source"
    (source / "model").mkdir(parents=True)
    (source / "model" / "model.bin").write_bytes(b"abc")
    (source / "linked").symlink_to(source / "model" / "model.bin")
    copy_folder(source, into)
    assert (into / "linked").read_bytes() == b"abc"
    assert not (into / "linked").is_symlink(), "as caches of models have them"
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(ModelRefused, match="more than"):
        copy_folder(source, other, 5)
