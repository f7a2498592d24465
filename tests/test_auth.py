from pathlib import Path

from broadcaster.auth import admin_token, bearer, same


def test_the_token_is_made_once_and_kept(tmp_path: Path) -> None:
    token, made = admin_token(tmp_path / "new" / "folder")
    assert made
    assert len(token) >= 20
    assert admin_token(tmp_path / "new" / "folder") == (token, False)
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["admin-token"]


def test_an_empty_token_file_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "admin-token").touch()
    token, made = admin_token(tmp_path)
    assert made
    assert token


def test_headers_of_any_kind_are_compared() -> None:
    assert bearer("Bearer abc") == "abc"
    assert bearer("bearer abc") == "abc"
    assert bearer("Basic abc") == ""
    assert not same("\udce9", "abc")
