"""The packs on this machine, by id or by folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bubo_desktop.errors import PackError
from bubo_desktop.packs.manifest import MANIFEST_NAME, Manifest, read_manifest
from bubo_desktop.paths import packs_dirs

UNFINISHED_SUFFIX = ".part"  # of the folder of a pack that is being made


def find_pack(id_or_dir: str) -> Path:
    """The folder of the pack with this id, or this folder where it is one that holds a pack.

    Raises:
        PackError: neither a known id nor a folder with a readable manifest.
    """
    known = {manifest.id: folder for folder, manifest in reversed(list_packs())}
    if id_or_dir in known:
        return known[id_or_dir]
    for damaged, error in damaged_packs():
        if damaged.name == id_or_dir:
            raise error
    folder = Path(id_or_dir).expanduser()
    if id_or_dir and folder.is_dir():
        read_manifest(folder)
        return folder.resolve()
    names = ", ".join(sorted(known)) or "none"
    raise PackError(f"There is no pack called {id_or_dir!r}.", f"Known packs: {names}.")


def list_packs() -> list[tuple[Path, Manifest]]:
    """Every pack whose manifest can be read, with its folder; those the user installed come first."""
    return [(folder, found) for folder, found in _scan() if isinstance(found, Manifest)]


def damaged_packs() -> list[tuple[Path, PackError]]:
    """Every folder whose manifest cannot be read, with the reason."""
    return [(folder, found) for folder, found in _scan() if isinstance(found, PackError)]


def _scan() -> Iterator[tuple[Path, Manifest | PackError]]:
    for parent in packs_dirs():
        for file in sorted(parent.glob(f"*/{MANIFEST_NAME}")):
            if file.parent.suffix == UNFINISHED_SUFFIX:
                continue
            try:
                yield file.parent, read_manifest(file.parent)
            except PackError as error:
                yield file.parent, error
