"""Chats and their exchanges on the disk: synchronous, one connection, used by one thread."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication

from bubo_desktop.state.backups import Backups, erase, set_aside, were_set_aside
from bubo_desktop.state.disk import put_in_place, refusal
from bubo_desktop.state.records import Chat, Exchange, Failure
from bubo_desktop.state.rows import decode, fold, put_chat, put_exchange, storable
from bubo_desktop.state.salvage import salvage
from bubo_desktop.state.schema import Flaw, create, open_sound

_LIST_CHATS = """
SELECT id, title, created_at_s, changed_at_s FROM chats
WHERE NOT is_deleted AND NOT EXISTS (
    SELECT 1 FROM json_each(?) AS word
    WHERE NOT instr(chats.folded, word.value) AND NOT EXISTS (
        SELECT 1 FROM exchanges
        WHERE chat_id = chats.id AND NOT is_deleted AND instr(exchanges.folded, word.value)))
ORDER BY changed_at_s DESC, position DESC
"""


class Database:
    """The file of the chats. Use it in one thread only.

    A file that cannot be used (damaged, of another program, of a newer version) is moved aside and the newest sound
    backup takes its place; `notes` says so, in sentences for the user. So it does where an exchange cannot be read.

    Args:
        path: of the file; it is made where there is none, with its folder.

    Raises:
        StorageError: from every method: the disk is full or refuses, or another program has the file. What was kept
            before still is.
    """

    def __init__(self, path: Path) -> None:
        self.notes: list[str] = []
        self._path = path
        self._backups = Backups(path)
        with _explained(QCoreApplication.translate("Database", "Your chats cannot be opened")):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = self._open()
            rows = self._connection.execute("SELECT id FROM exchanges WHERE status IN ('waiting', 'answering')")
            self._interrupted = {name for (name,) in rows}

    def save_chat(self, chat: Chat) -> None:
        """Keeps a chat, or a newer state of it."""
        with self._writing() as connection:
            put_chat(connection, chat)

    def save_exchange(self, exchange: Exchange) -> None:
        """Keeps an exchange, or a newer state of it; its chat has changed now. A chat that is not there is made."""
        with self._writing() as connection:
            put_exchange(connection, exchange, changed_at_s=time.time())
        self._interrupted.discard(exchange.id)

    def rename_chat(self, chat_id: str, title: str) -> None:
        """Gives a chat another title."""
        title = storable(title)
        with self._writing() as connection:
            connection.execute("UPDATE chats SET title = ?, folded = ? WHERE id = ?", (title, fold(title), chat_id))

    def set_chat_deleted(self, chat_id: str, is_deleted: bool) -> None:
        """Hides a chat, or brings it back; `forget_deleted` is what erases it."""
        with self._writing() as connection:
            connection.execute("UPDATE chats SET is_deleted = ? WHERE id = ?", (is_deleted, chat_id))

    def set_exchange_deleted(self, exchange_id: str, is_deleted: bool) -> None:
        """Hides an exchange, or brings it back; `forget_deleted` is what erases it."""
        with self._writing() as connection:
            connection.execute("UPDATE exchanges SET is_deleted = ? WHERE id = ?", (is_deleted, exchange_id))

    def forget_deleted(self) -> None:
        """Erases what is hidden, so that its words are nowhere in the file, its journal or the backups."""
        with self._reading():
            chats = [name for (name,) in self._connection.execute("SELECT id FROM chats WHERE is_deleted")]
            exchanges = [name for (name,) in self._connection.execute("SELECT id FROM exchanges WHERE is_deleted")]
        if chats or exchanges:
            with _explained(QCoreApplication.translate("Database", "What you deleted is not erased yet")):
                self._backups.erase(chats, exchanges)
                erase(self._connection, chats, exchanges)
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def chats(self, search: str = "") -> list[Chat]:
        """The chats, the one that changed last first; of a search, those in whose title, questions or answers each of
        its words occurs, whatever its case and accents.
        """
        with self._reading():
            rows = self._connection.execute(_LIST_CHATS, (json.dumps(fold(search).split()),)).fetchall()
        return [Chat(id=name, title=title, created_at_s=t0, changed_at_s=t1) for name, title, t0, t1 in rows]

    def exchanges(self, chat_id: str) -> list[Exchange]:
        """The exchanges of a chat in their order.

        One whose answer was on its way when the program last ended comes back as stopped. One that was damaged on
        the disk is left out, and `notes` says so.
        """
        query = "SELECT id, checksum, record FROM exchanges WHERE chat_id = ? AND NOT is_deleted ORDER BY position"
        with self._reading():
            rows = self._connection.execute(query, (chat_id,)).fetchall()
        found = [self._revive(name, checksum, record) for name, checksum, record in rows]
        n_lost = found.count(None)
        if n_lost:
            self.notes.append(_loss(n_lost))
        return [exchange for exchange in found if exchange]

    def media_in_use(self) -> set[str]:
        """Names of the media files that something refers to: an exchange, a hidden one, or one in a backup."""
        with self._reading():
            return {name for (name,) in self._connection.execute("SELECT DISTINCT file_name FROM media")}

    @property
    def may_forget_media(self) -> bool:
        """Whether `media_in_use` is the whole truth: no file was moved aside that may refer to more."""
        return not were_set_aside(self._path)

    def back_up(self) -> None:
        """Makes the backup of today, where there is none and there is something to keep."""
        with _explained(QCoreApplication.translate("Database", "Today's backup of your chats was not made")):
            is_empty = self._connection.execute("SELECT 1 FROM exchanges").fetchone() is None
            if not is_empty and self._backups.is_due:
                self._backups.make(self._connection)

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def _open(self) -> sqlite3.Connection:
        opened = open_sound(self._path)
        if isinstance(opened, sqlite3.Connection):
            return opened
        self._replace(opened)
        opened = open_sound(self._path)
        if isinstance(opened, sqlite3.Connection):
            return opened
        raise sqlite3.DatabaseError(f"The new file is {opened}.")

    def _replace(self, flaw: Flaw) -> None:
        """Makes a new file of the newest backup and what the old one still holds; only then moves the old one away."""
        beside = self._path.with_name(f".{self._path.name}.new")
        beside.unlink(missing_ok=True)
        day = self._backups.copy_newest(beside)
        if day is None:
            create(beside)
        if flaw in {"damaged", "foreign"}:  # or the mark that tells ours from foreign ones was damaged
            salvage(self._path, beside)
        kept = set_aside(self._path)
        put_in_place(beside, self._path)
        if kept or day:
            self.notes.append(_replacement(flaw, day, kept))

    def _revive(self, exchange_id: str, checksum: bytes, record: bytes) -> Exchange | None:
        exchange = decode(record, checksum)
        return _stopped(exchange) if exchange and exchange_id in self._interrupted else exchange

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with _explained(QCoreApplication.translate("Database", "Your chats cannot be read")):
            yield

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on the disk at the end, or nothing."""
        with _explained(QCoreApplication.translate("Database", "Your last changes are not saved")), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turns what SQLite and the disk say into a sentence that begins with `what`."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise refusal(what, error) from error


def _stopped(exchange: Exchange) -> Exchange:
    message = QCoreApplication.translate("Database", "The program ended before the answer was complete.")
    hint = QCoreApplication.translate("Database", "Ask again to get a whole one.")
    return replace(exchange, status="stopped", failure=Failure(message, hint))


def _loss(n_exchanges: int) -> str:
    if n_exchanges == 1:
        return QCoreApplication.translate("Database", "One answer was damaged on the disk and is left out.")
    text = QCoreApplication.translate("Database", "{number} answers were damaged on the disk and are left out.")
    return text.format(number=n_exchanges)


def _replacement(flaw: Flaw, day: str | None, kept: Path | None) -> str:
    """What happened to the file, what is there instead, and where the old one is."""
    translate = QCoreApplication.translate
    happened = {
        "missing": translate("Database", "The file of your chats was gone."),
        "damaged": translate("Database", "The file of your chats was damaged."),
        "foreign": translate("Database", "The file of your chats was not written by Bubo."),
        "newer": translate("Database", "Your chats were written by a newer version of Bubo."),
    }
    if day and flaw == "damaged":
        instead = translate("Database", "The backup of {day} and what could be read of the file took its place.")
    elif day:
        instead = translate("Database", "The backup of {day} took its place.")
    elif flaw == "damaged":
        instead = translate("Database", "What could be read of it was saved.")
    else:
        instead = translate("Database", "There was no backup to take its place.")
    sentences = [happened[flaw], instead.format(day=day)]
    if kept:
        sentences.append(translate("Database", "The old file is kept as {name}.").format(name=kept.name))
    return " ".join(sentences)
