"""Daily copies of the chats, and what becomes of a file that cannot be used."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from bubo_desktop.state.disk import private, put_in_place
from bubo_desktop.state.schema import connect, flaw_in

N_KEPT = 7


class Backups:
    """The copies of one file of chats, in the folder `backups` beside it: one of each of the last days it was used.

    Args:
        path: of the file of chats.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = path.parent / "backups"

    @property
    def is_due(self) -> bool:
        """Whether there is none of today."""
        return not self._today().exists()

    def make(self, connection: sqlite3.Connection) -> None:
        """Copies the chats as they are now, checks the copy, and lets go of the oldest ones.

        Raises:
            sqlite3.Error, OSError: there is no new copy, and the old ones are as they were.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        beside = self._folder / ".new.db"
        try:
            beside.unlink(missing_ok=True)
            open(beside, "xb", opener=private).close()
            with closing(connect(beside)) as copy:
                connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # all in one file
                if flaw_in(copy):
                    raise sqlite3.DatabaseError("The copy is not sound.")
            put_in_place(beside, self._today())
        finally:
            beside.unlink(missing_ok=True)
        for old in self._newest_first()[N_KEPT:]:
            old.unlink()

    def copy_newest(self, path: Path) -> str | None:
        """Copies the newest sound backup to where no file is.

        Returns:
            Its day, such as "2024-05-31"; None, and no file, where there is no sound backup.

        Raises:
            OSError: it cannot be written.
        """
        for backup in self._newest_first():
            if _is_sound(backup):
                with backup.open("rb") as source, open(path, "xb", opener=private) as target:
                    shutil.copyfileobj(source, target)
                return backup.stem.removeprefix(f"{self._path.stem}-")
        return None

    def erase(self, chat_ids: Iterable[str], exchange_ids: Iterable[str]) -> None:
        """Erases these from all copies; a copy in which that fails is of no use, and grows old like the others."""
        for copy in self._newest_first():
            with suppress(sqlite3.Error), closing(connect(copy)) as connection:
                connection.execute("PRAGMA secure_delete = ON")
                erase(connection, chat_ids, exchange_ids)

    def _today(self) -> Path:
        return self._folder / f"{self._path.stem}-{time.strftime('%Y-%m-%d')}.db"

    def _newest_first(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self._path.stem}-*.db"), reverse=True)


def erase(connection: sqlite3.Connection, chat_ids: Iterable[str], exchange_ids: Iterable[str]) -> None:
    """Erases chats with all that is in them, and single exchanges, in one transaction.

    Raises:
        sqlite3.Error: all of them are still there.
    """
    connection.execute("PRAGMA foreign_keys = ON")
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("DELETE FROM exchanges WHERE id = ?", [(name,) for name in exchange_ids])
        connection.executemany("DELETE FROM chats WHERE id = ?", [(name,) for name in chat_ids])


def set_aside(path: Path) -> Path | None:
    """Moves a file of chats away with what SQLite put beside it, the journal first: alone it would spoil the next file.

    Returns:
        Its new place; None where there was no file.

    Raises:
        OSError: it cannot be moved.
    """
    stem = f"{path.stem}-unread-{time.strftime('%Y-%m-%d-%H%M%S')}"
    kept = path.with_name(f"{stem}{path.suffix}")
    while kept.exists():
        kept = kept.with_name(f"{kept.stem}+{path.suffix}")
    for ending in ("-wal", "-shm", "-journal", ""):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(kept.with_name(kept.name + ending))
    return kept if kept.exists() else None


def were_set_aside(path: Path) -> bool:
    """Whether a file of chats was ever moved away: what it refers to must stay."""
    return any(path.parent.glob(f"{path.stem}-unread-*"))


def _is_sound(copy: Path) -> bool:
    try:
        with closing(connect(copy)) as connection:
            return flaw_in(connection) is None
    except sqlite3.Error:
        return False
