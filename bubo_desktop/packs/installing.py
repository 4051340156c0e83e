"""A pack's folder among the user's: built beside its place, and moved there once it has proved itself."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from bubo_desktop.errors import InputError, PackError, StorageError
from bubo_desktop.packs.catalog import UNFINISHED_SUFFIX, list_packs
from bubo_desktop.packs.manifest import MANIFEST_NAME, Manifest, PackFile
from bubo_desktop.paths import packs_dirs

OnProgress = Callable[[float], None]
"""Told the fraction of the bytes that were copied or read, 0..1."""

CHUNK_BYTES = 1 << 22
RESERVE_BYTES = 500_000_000  # a full disk stops more than this program


class Placement(Struct, frozen=True):
    """A file and its path in the pack's folder."""

    source: Path
    path: str


@contextmanager
def unfinished_pack(pack_id: str) -> Iterator[Path]:
    """Inside, an empty folder; what is in it becomes the pack on leaving, and nothing stays where that fails.

    Raises:
        InputError: there is a pack of this id already.
        StorageError: the folder cannot be made.
    """
    target = packs_dirs()[0] / pack_id
    if target.exists() or pack_id in {manifest.id for _, manifest in list_packs()}:
        raise InputError(f"There is a pack called {pack_id} already.", "Choose another id.")
    folder = target.with_name(target.name + UNFINISHED_SUFFIX)
    try:
        shutil.rmtree(folder, ignore_errors=True)  # of a program that was killed
        folder.mkdir(parents=True)
        yield folder
        folder.rename(target)
    except OSError as error:
        message = f"{error.filename or folder} cannot be read or written ({error.strerror})."
        raise StorageError(message, "Make room, or check the rights of the folder.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def place(placements: Iterable[Placement], folder: Path, on_progress: OnProgress) -> tuple[PackFile, ...]:
    """Brings files into a pack's folder, without taking room where both are on one disk, and hashes them.

    Raises:
        PackError: a file is missing or is no plain file.
        StorageError: there is too little room.
        OSError: a file cannot be read or written.
    """
    wanted = list(placements)
    for each in wanted:
        if not each.source.is_file():  # a FIFO would be waited for without end
            raise PackError(f"There is no file {each.source}.", "Check the path.")
    to_copy = [each for each in wanted if not _is_linked(each, folder)]
    sizes = [each.source.stat().st_size for each in wanted]
    _check_room(folder, sum(each.source.stat().st_size for each in to_copy))
    n_done = 0
    files = []
    for each, size_bytes in zip(wanted, sizes, strict=True):
        digest = hashlib.sha256()
        for chunk in _chunks(each, folder, copies=each in to_copy):
            digest.update(chunk)
            n_done += len(chunk)
            on_progress(n_done / max(sum(sizes), 1))
        files.append(PackFile(each.path, size_bytes, digest.hexdigest()))
    return tuple(files)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes `pack.json`. Raises `OSError`."""
    (folder / MANIFEST_NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))


def _is_linked(placement: Placement, folder: Path) -> bool:
    """Makes a hard link, where the system can."""
    target = folder / placement.path
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(placement.source.resolve(), target)  # what a link leads to, not the link
    except OSError:
        return False
    return True


def _check_room(folder: Path, n_bytes: int) -> None:
    if n_bytes and shutil.disk_usage(folder).free < n_bytes + RESERVE_BYTES:
        raise StorageError(
            f"The disk has too little room: the pack needs {n_bytes / 1e9:.1f} GB, and some must stay free.",
            "Delete something, or put the files on the disk of the packs.",
        )


def _chunks(placement: Placement, folder: Path, *, copies: bool) -> Iterator[bytes]:
    """The file's bytes, which are copied on the way where it could not be linked."""
    target = folder / placement.path
    with placement.source.open("rb") as source:
        if not copies:
            yield from iter(lambda: source.read(CHUNK_BYTES), b"")
            return
        with target.open("xb") as copied:
            while chunk := source.read(CHUNK_BYTES):
                copied.write(chunk)
                yield chunk
            os.fsync(copied.fileno())
