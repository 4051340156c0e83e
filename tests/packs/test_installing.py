"""A pack's folder is whole or not there, whatever happens while it is made."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from bubo_desktop.errors import InputError, PackError, StorageError
from bubo_desktop.packs.catalog import list_packs
from bubo_desktop.packs.installing import CHUNK_BYTES, Placement, place, unfinished_pack
from bubo_desktop.packs.making import check_id, id_from
from bubo_desktop.packs.manifest import PackFile
from bubo_desktop.paths import HOME_VARIABLE, packs_dirs
from tests.packs.packs_on_disk import write_pack

CONTENT = os.urandom(3 * CHUNK_BYTES + 1)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's own packs."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return packs_dirs()[0]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path


def never_link(*_) -> None:
    raise OSError("another disk")


def ids() -> list[str]:
    return [manifest.id for _, manifest in list_packs()]


def test_what_is_made_becomes_a_pack_only_at_the_end(installed: Path) -> None:
    with unfinished_pack("mine") as folder:
        write_pack(folder, "mine")
        assert "mine" not in ids()
    assert "mine" in ids()
    assert [path.name for path in installed.iterdir()] == ["mine"]


@pytest.mark.parametrize("trouble", [PackError("no"), KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_nothing_stays_of_what_failed(installed: Path, trouble: BaseException) -> None:
    expected = StorageError if isinstance(trouble, OSError) else type(trouble)

    def make() -> None:
        with unfinished_pack("mine") as folder:
            write_pack(folder, "mine")
            raise trouble

    with pytest.raises(expected):
        make()
    assert list(installed.iterdir()) == []


def test_what_a_killed_program_left_is_cleared_away(installed: Path) -> None:
    left = installed / "mine.part"
    left.mkdir(parents=True)
    write_pack(left, "mine")
    (left / "rest").touch()
    assert "mine" not in ids()
    with unfinished_pack("mine") as folder:
        assert list(folder.iterdir()) == []
        write_pack(folder, "mine")
    assert not left.exists()


@pytest.mark.parametrize("pack_id", ["nano", "mine"])
def test_no_pack_is_written_over(installed: Path, pack_id: str) -> None:
    (installed / "mine").mkdir(parents=True)
    with pytest.raises(InputError, match="already"), unfinished_pack(pack_id):
        pass


def test_a_file_takes_no_room_where_it_can_be_linked(tmp_path: Path, source: Path) -> None:
    alias = tmp_path / "alias"
    alias.symlink_to(source)  # as in the cache of a downloader
    [file] = place([Placement(alias, "inner/file")], tmp_path, lambda _: None)
    assert (tmp_path / "inner" / "file").samefile(source)
    assert not (tmp_path / "inner" / "file").is_symlink()
    assert file == PackFile("inner/file", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def test_a_file_on_another_disk_is_copied_and_its_progress_told(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", never_link)
    fractions: list[float] = []
    [file] = place([Placement(source, "file")], tmp_path, fractions.append)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert file.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert fractions == sorted(fractions)
    assert len(fractions) == 4
    assert fractions[-1] == 1.0


def test_too_little_room_is_told_before_anything_is_copied(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", never_link)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5))
    with pytest.raises(StorageError, match="too little room"):
        place([Placement(source, "file")], tmp_path, lambda _: None)
    assert not (tmp_path / "file").exists()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_only_plain_files_are_taken(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(PackError, match="There is no file"):
        place([Placement(path, "file")], tmp_path, lambda _: None)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "A", "x.part", "-x", "ä", "a" * 65, "con:", "x."])
def test_ids_that_are_no_names_of_folders_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot be called"):
        check_id(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("LLaVA v1.5 7B", "llava-v1-5-7b"), ("../..", "imported"), ("日本", "imported"), ("x" * 99, "x" * 64)],
)
def test_an_id_is_made_of_a_name(name: str, expected: str) -> None:
    assert check_id(id_from(name)) == expected
