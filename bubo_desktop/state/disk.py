"""Files that are either whole or not there, and the disk's refusals in plain sentences."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication

from bubo_desktop.errors import StorageError

Trouble = Literal["full", "forbidden", "busy", "damaged", "unknown"]

_BY_ERRNO: dict[int, Trouble] = {
    errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EFBIG: "full",
    errno.EACCES: "forbidden", errno.EPERM: "forbidden", errno.EROFS: "forbidden",
}  # fmt: skip
_BY_SQLITE_CODE: dict[int, Trouble] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR_LOCK: "forbidden",  # a file on a disk that can only be read
    sqlite3.SQLITE_READONLY: "forbidden", sqlite3.SQLITE_CANTOPEN: "forbidden", sqlite3.SQLITE_PERM: "forbidden",
    sqlite3.SQLITE_BUSY: "busy", sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CORRUPT: "damaged", sqlite3.SQLITE_NOTADB: "damaged",
}  # fmt: skip


def private(path: str, flags: int) -> int:
    """An opener: what it creates is for its owner's eyes only."""
    return os.open(path, flags, 0o600)


def write_whole(path: Path, content: bytes) -> None:
    """Writes beside the file and puts it in its place: at any moment the old content is there, or the new.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    beside = path.with_name(f".{path.name}.new")
    with open(beside, "wb", opener=private) as file:
        file.write(content)
    put_in_place(beside, path)


def put_in_place(beside: Path, path: Path) -> None:
    """Moves a finished file to where it belongs, so that not even a power cut leaves half of it there."""
    sync(beside)
    beside.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Waits until a file, or the list of a folder's files, is on the disk. Windows keeps the latter by itself."""
    is_folder = path.is_dir()
    if is_folder and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def trouble_of(error: OSError | sqlite3.Error) -> Trouble:
    """What is the matter, by the number of the error; the lowest byte of SQLite's says it in general."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0)
        return _BY_SQLITE_CODE.get(code, _BY_SQLITE_CODE.get(code & 0xFF, "unknown"))
    return _BY_ERRNO.get(error.errno or 0, "unknown")


def refusal(what: str, error: OSError | sqlite3.Error) -> StorageError:
    """The error for the user: `what` begins its sentence, as in "Your last changes are not saved"."""
    cause, hint = _cause(trouble_of(error))
    return StorageError(f"{what}: {cause}.", hint)


def _cause(trouble: Trouble) -> tuple[str, str]:
    """The end of a sentence, and what to do."""
    translate = QCoreApplication.translate
    causes = {
        "full": (translate("Disk", "the disk is full"), translate("Disk", "Free some space.")),
        "forbidden": (
            translate("Disk", "access is denied"),
            translate("Disk", "Check the permissions of the file and its folder."),
        ),
        "busy": (translate("Disk", "another program uses the file"), translate("Disk", "Close the other program.")),
        "damaged": (translate("Disk", "the file is damaged"), translate("Disk", "Close Bubo and open it again.")),
        "unknown": (
            translate("Disk", "the disk reports an error"),
            translate("Disk", "Check the disk and its free space."),
        ),
    }
    return causes[trouble]
