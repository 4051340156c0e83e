"""Whatever is done to a file of a pack, the check names the file and what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from bubo_desktop.packs.integrity import check_files, unlisted_files
from bubo_desktop.packs.manifest import Manifest, PackFile
from tests.packs.packs_on_disk import FILES, write_pack

VICTIM = "data/labels.txt"


@pytest.fixture
def pack(tmp_path: Path) -> tuple[Path, Manifest]:
    folder = tmp_path / "pack"
    folder.mkdir()
    return folder, write_pack(folder)


def test_a_whole_pack_has_no_problems(pack: tuple[Path, Manifest]) -> None:
    assert check_files(*pack) == []


def flip_one_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[3] ^= 1
    file.write_bytes(content)


def swap_for_a_link(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")  # its content is right: the link itself is refused


def swap_for_a_linked_folder(file: Path) -> None:
    file.parent.rename(file.parents[1] / "elsewhere")
    file.parent.symlink_to("elsewhere")


def swap_for_a_fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def swap_for_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.timeout(20)  # a check that waits on the FIFO would wait for ever
@pytest.mark.skipif(sys.platform == "win32", reason="links and FIFOs need rights or do not exist")
@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (flip_one_bit, "was changed: its SHA-256 is not the manifest's"),
        (lambda file: file.write_bytes(file.read_bytes()[:-1]), "has 7 bytes instead of 8"),
        (lambda file: file.write_bytes(b""), "has 0 bytes instead of 8"),
        (Path.unlink, "is missing"),
        (swap_for_a_link, "is a link, and links are not followed"),
        (swap_for_a_linked_folder, "is a link, and links are not followed"),
        (swap_for_a_fifo, "is not a plain file"),
        (swap_for_a_folder, "is not a plain file"),
    ],
)
def test_a_damaged_file_is_named(pack: tuple[Path, Manifest], damage: Callable[[Path], None], sentence: str) -> None:
    folder, manifest = pack
    damage(folder / VICTIM)
    assert check_files(folder, manifest) == [f"{VICTIM} {sentence}."]


def test_a_hard_link_is_a_plain_file(pack: tuple[Path, Manifest]) -> None:
    folder, manifest = pack
    os.link(folder / VICTIM, folder.parent / "in the installer's cache")
    assert check_files(folder, manifest) == []


@pytest.mark.parametrize(
    "path", ["../secret", "data/../../secret", "/etc/hosts", "", ".", "..\\secret", "C:secret", "a\0b"]
)
def test_a_path_out_of_the_folder_is_refused(pack: tuple[Path, Manifest], path: str) -> None:
    folder, manifest = pack
    (folder.parent / "secret").write_bytes(b"")
    escaping = msgspec.structs.replace(manifest, files=(*manifest.files, PackFile(path, 0, "")))
    assert check_files(folder, escaping) == [f"{path} is not a path inside the pack's folder."]


def test_files_used_but_not_listed_and_files_listed_twice_are_problems(pack: tuple[Path, Manifest]) -> None:
    folder, manifest = pack
    first, second = manifest.files
    assert check_files(folder, msgspec.structs.replace(manifest, files=(second, second))) == [
        f"{second.path} is listed twice.",
        f"{first.path} is used but not listed.",
    ]


def test_extra_files_are_reported_but_harm_nothing(pack: tuple[Path, Manifest]) -> None:
    folder, manifest = pack
    (folder / "notes.txt").write_text("mine")
    (folder / "dangling").symlink_to("nowhere")
    assert check_files(folder, manifest) == []
    assert unlisted_files(folder, manifest) == ["dangling", "notes.txt"]
    assert set(FILES).isdisjoint(unlisted_files(folder, manifest))
