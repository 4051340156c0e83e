"""The file of the chats: its tables, how it is opened, and whether it is what it should be."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, Literal

from bubo_desktop.state.disk import private, trouble_of

APPLICATION_ID = int.from_bytes(b"Bubo", "big")
VERSION = 1
LOCK_TIMEOUT_S = 2.0

Flaw = Literal["missing", "damaged", "foreign", "newer"]

# What is searched stands before the long record, so that a search does not read it. `is_deleted` can be taken back.
_TABLES = f"""
BEGIN;
CREATE TABLE chats (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    folded TEXT NOT NULL,
    created_at_s REAL NOT NULL,
    changed_at_s REAL NOT NULL,
    is_deleted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE exchanges (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    is_deleted INTEGER NOT NULL DEFAULT 0,
    folded TEXT NOT NULL,
    checksum BLOB NOT NULL,
    record BLOB NOT NULL
) STRICT;
CREATE INDEX exchanges_of_chat ON exchanges (chat_id);
CREATE TABLE media (
    exchange_id TEXT NOT NULL REFERENCES exchanges (id) ON DELETE CASCADE,
    file_name TEXT NOT NULL,
    PRIMARY KEY (exchange_id, file_name)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
COMMIT;
"""
# The lock is kept from the first access to the end: no other connection can do harm, and the index of the journal
# stands in memory, so that even a full disk can be read. A kill frees the lock.
_LOCK = "PRAGMA locking_mode = EXCLUSIVE"
_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # what is committed survives a power cut
    "PRAGMA fullfsync = ON",  # on macOS, too
    "PRAGMA secure_delete = ON",  # what is erased cannot be read in the file any more
    "PRAGMA foreign_keys = ON",
)


def connect(path: Path) -> sqlite3.Connection:
    """A connection that begins no transaction by itself, to an existing file.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, timeout=LOCK_TIMEOUT_S, isolation_level=None)
    connection.text_factory = lambda text: text.decode("utf-8", "replace")  # damage is for the checksum to find
    return connection


def create(path: Path) -> None:
    """Makes an empty file of chats.

    Raises:
        FileExistsError: there is one.
        sqlite3.Error, OSError: it cannot be written.
    """
    open(path, "xb", opener=private).close()
    with closing(connect(path)) as connection:
        connection.executescript(_TABLES)


def open_sound(path: Path) -> sqlite3.Connection | Flaw:
    """Opens the file of chats for this process alone, or says why it cannot be used.

    Raises:
        sqlite3.Error: the file may be sound, but the disk refuses it or another program has it.
    """
    if not path.exists():
        return "missing"
    if path.stat().st_size == 0:
        return "damaged"
    connection = connect(path)
    try:
        connection.execute(_LOCK)
        flaw = flaw_in(connection)
        if flaw is None:
            for setting in _SETTINGS:
                connection.execute(setting)
            flaw = _flaw_in_size(connection, path)
    except sqlite3.Error as error:
        connection.close()
        if trouble_of(error) == "damaged":
            return "damaged"
        raise
    if flaw:
        connection.close()
    return flaw or connection


def flaw_in(connection: sqlite3.Connection) -> Flaw | None:
    """What is wrong with the file behind a connection; None where nothing is.

    Raises:
        sqlite3.Error: not even that can be found out; `trouble_of` says whether because of damage.
    """
    try:
        if value_of(connection, "PRAGMA application_id") != APPLICATION_ID:
            return "foreign"
        if value_of(connection, "PRAGMA user_version") > VERSION:
            return "newer"
        is_sound = value_of(connection, "PRAGMA integrity_check(1)") == "ok"
        return None if is_sound and _tables_of(connection) == _expected_tables() else "damaged"
    except UnicodeDecodeError:  # SQLite complains, and quotes what is damaged
        return "damaged"


def _tables_of(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


@cache
def _expected_tables() -> list[tuple[str, str]]:
    """What the check of SQLite does not know: which names there should be."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_TABLES)
        return _tables_of(connection)


def _flaw_in_size(connection: sqlite3.Connection, path: Path) -> Flaw | None:
    """Finds a file that was cut off, which SQLite does not: once the journal is in the file, their sizes agree."""
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError:
        return None  # the disk is full: nothing can be said, and all can be read
    n_bytes = value_of(connection, "PRAGMA page_count") * value_of(connection, "PRAGMA page_size")
    return None if path.stat().st_size == n_bytes else "damaged"


def value_of(connection: sqlite3.Connection, pragma: str) -> Any:
    """The one value that a pragma tells."""
    [value] = connection.execute(pragma).fetchone()
    return value
