"""Packs are found by id or folder, and a damaged one hides no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from bubo_desktop.errors import PackError
from bubo_desktop.packs.catalog import damaged_packs, find_pack, list_packs
from bubo_desktop.packs.manifest import MANIFEST_NAME
from bubo_desktop.paths import HOME_VARIABLE, packs_dirs
from tests.packs.packs_on_disk import write_pack


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's own packs, empty."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return packs_dirs()[0]


def add_pack(parent: Path, pack_id: str) -> Path:
    folder = parent / pack_id
    folder.mkdir(parents=True)
    write_pack(folder, pack_id)
    return folder


def test_a_pack_is_found_by_id_and_by_folder(installed: Path, tmp_path: Path) -> None:
    mine, elsewhere = add_pack(installed, "mine"), add_pack(tmp_path, "elsewhere")
    assert find_pack("mine") == mine
    assert find_pack(str(elsewhere)) == elsewhere
    assert (mine, "mine") in [(folder, manifest.id) for folder, manifest in list_packs()]


def test_an_installed_pack_comes_before_a_folder_of_its_name(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = add_pack(installed, "mine")
    add_pack(tmp_path, "mine")
    monkeypatch.chdir(tmp_path)
    assert find_pack("mine") == mine


@pytest.mark.parametrize("name", ["nona", "", "no/such/folder", "\0"])
def test_an_unknown_name_is_answered_with_the_known_ones(installed: Path, name: str) -> None:
    add_pack(installed, "mine")
    with pytest.raises(PackError) as caught:
        find_pack(name)
    assert caught.value.message == f"There is no pack called {name!r}."
    assert "mine" in caught.value.hint


def test_a_folder_without_a_manifest_says_so(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"holds no readable pack\.json"):
        find_pack(str(tmp_path))


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"format": 2}', b"[" * 100_000])
def test_a_damaged_pack_hides_no_other_and_says_what_is_wrong(installed: Path, content: bytes) -> None:
    mine, broken = add_pack(installed, "mine"), add_pack(installed, "broken")
    (broken / MANIFEST_NAME).write_bytes(content)
    assert find_pack("mine") == mine
    assert [folder for folder, _ in damaged_packs() if folder.parent == installed] == [broken]
    with pytest.raises(PackError, match="is not valid"):
        find_pack("broken")
