"""The chats on the disk, for the window: every call returns at once, and a thread of its own does the work."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from bubo_desktop.errors import BuboError
from bubo_desktop.state.background import Background
from bubo_desktop.state.database import Database
from bubo_desktop.state.records import Chat, Exchange

T = TypeVar("T")

RETRY_MS = 5_000
BACK_UP_MS = 3_600_000  # it is made once a day; a window may stay open for longer


class _Write(NamedTuple):
    """A change that is to be kept, and the exchange whose newest state it holds, if it does."""

    do: Callable[[Database], None]
    exchange_id: str = ""


class History(QObject):
    """Keeps chats and exchanges in a `Database`. Nothing is lost while it cannot: changes wait, and are tried again.

    Signals:
        saved(str): the newest state of this exchange is on the disk, and survives a power cut.
        unsaved(str): the newest state of this exchange could not be kept yet.
        chats_loaded(list): the answer to `load_chats`, of `Chat`.
        exchanges_loaded(str, list): the answer to `load_exchanges`: the chat's id and its exchanges.
        changed: the list of chats may look different.
        failed(BuboError): something cannot be read, or begins to be kept from the disk.
        noted(str): a sentence for the user, as when a backup took the place of a damaged file.
        media_counted(set): the answer to `tidy`: names of all the media files that something refers to.
    """

    saved = Signal(str)
    unsaved = Signal(str)
    chats_loaded = Signal(list)
    exchanges_loaded = Signal(str, list)
    changed = Signal()
    failed = Signal(BuboError)
    noted = Signal(str)
    media_counted = Signal(set)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._database: Database | None = None  # it lives in the thread, and nobody else touches it
        self._thread = Background(n_threads=1, parent=self)
        self._waiting: dict[str, _Write] = {}  # by what they change; only the newest of each is of interest
        self._on_the_way: set[str] = set()
        self._refused: set[str] = set()
        self._retry = QTimer(self, interval=RETRY_MS, singleShot=True)
        self._retry.timeout.connect(self._write_waiting)
        self._daily = QTimer(self, interval=BACK_UP_MS)
        self._daily.timeout.connect(self._back_up)
        self._daily.start()

    def save_chat(self, chat: Chat) -> None:
        """Keeps a chat, or a newer state of it."""
        self._keep(f"chat {chat.id}", _Write(lambda database: database.save_chat(chat)))

    def save_exchange(self, exchange: Exchange) -> None:
        """Keeps an exchange, or a newer state of it; `saved` or `unsaved` follows."""
        write = _Write(lambda database: database.save_exchange(exchange), exchange.id)
        self._keep(f"exchange {exchange.id}", write)

    def rename_chat(self, chat_id: str, title: str) -> None:
        """Gives a chat another title."""
        self._keep(f"title {chat_id}", _Write(lambda database: database.rename_chat(chat_id, title)))

    def delete_chat(self, chat_id: str) -> None:
        """Hides a chat; `tidy` is what erases it."""
        self._set_chat_deleted(chat_id, True)

    def restore_chat(self, chat_id: str) -> None:
        """Takes back `delete_chat`."""
        self._set_chat_deleted(chat_id, False)

    def delete_exchange(self, exchange_id: str) -> None:
        """Hides an exchange; `tidy` is what erases it."""
        self._set_exchange_deleted(exchange_id, True)

    def restore_exchange(self, exchange_id: str) -> None:
        """Takes back `delete_exchange`."""
        self._set_exchange_deleted(exchange_id, False)

    def load_chats(self, search: str = "") -> None:
        """Asks for the chats, newest first, or those that a search finds."""
        self._do(lambda database: database.chats(search), self.chats_loaded.emit)

    def load_exchanges(self, chat_id: str) -> None:
        """Asks for the exchanges of a chat."""
        self._do(lambda database: database.exchanges(chat_id), partial(self.exchanges_loaded.emit, chat_id))

    def tidy(self) -> None:
        """Erases what is deleted, for ever, and counts the media that are left: for the start, when nothing of it can
        be taken back any more. Makes the backup of today.
        """
        self._do(Database.forget_deleted, lambda _: None)
        self._do(_countable_media, self._tell_media)
        self._back_up()

    def close(self) -> None:
        """Waits until everything is on the disk, and lets go of the file: the end of this object's work."""
        self._retry.stop()
        self._daily.stop()
        self._do(partial(_finish, writes=list(self._waiting.values())), lambda _: None)
        self._waiting.clear()
        self._thread.finish()

    def _set_chat_deleted(self, chat_id: str, is_deleted: bool) -> None:
        write = _Write(lambda database: database.set_chat_deleted(chat_id, is_deleted))
        self._keep(f"deleted chat {chat_id}", write)

    def _set_exchange_deleted(self, exchange_id: str, is_deleted: bool) -> None:
        write = _Write(lambda database: database.set_exchange_deleted(exchange_id, is_deleted))
        self._keep(f"deleted exchange {exchange_id}", write)

    def _back_up(self) -> None:
        self._do(Database.back_up, lambda _: None)

    def _tell_media(self, names: set[str] | None) -> None:
        if names is not None:
            self.media_counted.emit(names)

    def _keep(self, key: str, write: _Write) -> None:
        self._waiting[key] = write
        if key not in self._on_the_way:
            self._send(key)

    def _send(self, key: str) -> None:
        self._on_the_way.add(key)
        write = self._waiting[key]
        self._thread.run(
            partial(self._with_database, write.do),
            lambda _: self._take_success(key, write),
            lambda error: self._take_refusal(key, write, error),
        )

    def _take_success(self, key: str, write: _Write) -> None:
        self._on_the_way.discard(key)
        newest = self._waiting.get(key)
        if newest is write:
            del self._waiting[key]
            self._tell_success(key, write)
        elif newest:
            self._send(key)

    def _tell_success(self, key: str, write: _Write) -> None:
        if write.exchange_id:
            self.saved.emit(write.exchange_id)
        self.changed.emit()
        if self._refused == {key}:
            self.noted.emit(self.tr("Everything is saved again."))
        self._refused.discard(key)

    def _take_refusal(self, key: str, write: _Write, error: BuboError) -> None:
        self._on_the_way.discard(key)
        if key not in self._refused:
            self._refused.add(key)
            self.failed.emit(error)
        if write.exchange_id:
            self.unsaved.emit(write.exchange_id)
        self._retry.start()

    def _write_waiting(self) -> None:
        for key in self._waiting.keys() - self._on_the_way:
            self._send(key)

    def _do(self, work: Callable[[Database], T], done: Callable[[T], None]) -> None:
        self._thread.run(partial(self._with_database, work), done, self.failed.emit)

    def _with_database(self, work: Callable[[Database], T]) -> T:
        """In the thread: opens the file if need be, and hands on what it has to say."""
        if self._database is None:
            self._database = Database(self._path)
        try:
            return work(self._database)
        finally:
            for note in self._database.notes:
                self.noted.emit(note)
            self._database.notes.clear()


def _countable_media(database: Database) -> set[str] | None:
    return database.media_in_use() if database.may_forget_media else None


def _finish(database: Database, writes: list[_Write]) -> None:
    """The last work. What is on its way was done before it; what was refused is tried once more, each by itself."""
    with ExitStack() as last_first:
        last_first.callback(database.close)
        for write in reversed(writes):
            last_first.callback(write.do, database)
