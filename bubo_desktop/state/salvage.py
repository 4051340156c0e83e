"""Saves what can still be read from a damaged file of chats."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from msgspec import ValidationError, convert

from bubo_desktop.state.records import Chat
from bubo_desktop.state.rows import decode, put_chat, put_exchange
from bubo_desktop.state.schema import connect

MAX_GAP = 2_000  # so many numbers without a row are the end, which a damaged file cannot be asked for

_COMPLAINTS = (sqlite3.Error, UnicodeDecodeError)  # SQLite's may quote what is damaged
_CHAT = "SELECT is_deleted, id, title, created_at_s, changed_at_s FROM chats WHERE position = ?"
_EXCHANGE = "SELECT is_deleted, checksum, record FROM exchanges WHERE position = ?"


def salvage(damaged: Path, fresh: Path) -> None:
    """Adds the chats of a damaged file to another one, and the exchanges whose checksum is right.

    Raises:
        sqlite3.Error: the other file cannot be written; it is as it was.
    """
    with closing(connect(damaged)) as source, closing(connect(fresh)) as target, target:
        source.execute("PRAGMA writable_schema = ON")  # reads on where the end of the file is missing
        target.execute("BEGIN IMMEDIATE")
        for is_deleted, *fields in _rows(source, _CHAT):
            with suppress(ValidationError):
                chat = convert(dict(zip(Chat.__struct_fields__, fields, strict=True)), Chat)
                put_chat(target, chat)
                target.execute("UPDATE chats SET is_deleted = ? WHERE id = ?", (bool(is_deleted), chat.id))
        for is_deleted, checksum, record in _rows(source, _EXCHANGE):
            exchange = decode(record, checksum)
            if exchange:
                put_exchange(target, exchange, changed_at_s=exchange.asked_at_s)
                target.execute("UPDATE exchanges SET is_deleted = ? WHERE id = ?", (bool(is_deleted), exchange.id))


def _rows(source: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """Every row that can be reached, each by itself: one bad page is not to hide the others."""
    position = n_missed = 0
    while n_missed < MAX_GAP:
        position += 1
        row = None
        with suppress(*_COMPLAINTS):
            row = source.execute(query, (position,)).fetchone()
        if row:
            yield row
        n_missed = 0 if row else n_missed + 1
