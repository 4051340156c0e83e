"""How a record becomes a row: its JSON with a checksum, and its words as a search compares them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import unicodedata

import msgspec

from bubo_desktop.state.records import Chat, Exchange, title_of

_PUT_CHAT = """
INSERT INTO chats (id, title, folded, created_at_s, changed_at_s) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, folded = excluded.folded,
    created_at_s = excluded.created_at_s, changed_at_s = max(changed_at_s, excluded.changed_at_s)
"""
_TOUCH_CHAT = """
INSERT INTO chats (id, title, folded, created_at_s, changed_at_s) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET changed_at_s = max(changed_at_s, excluded.changed_at_s)
"""
_PUT_EXCHANGE = """
INSERT INTO exchanges (id, chat_id, status, folded, checksum, record) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET chat_id = excluded.chat_id, status = excluded.status, folded = excluded.folded,
    checksum = excluded.checksum, record = excluded.record
"""


def put_chat(connection: sqlite3.Connection, chat: Chat) -> None:
    """Inserts a chat, or brings it up to date."""
    connection.execute(_PUT_CHAT, _chat_row(chat))


def put_exchange(connection: sqlite3.Connection, exchange: Exchange, changed_at_s: float) -> None:
    """Inserts an exchange, or brings it up to date; its chat, which is made if need be, changed at that time."""
    title, created_at_s = title_of(exchange.question), exchange.asked_at_s  # of a chat whose own could not be kept
    chat = Chat(id=exchange.chat_id, title=title, created_at_s=created_at_s, changed_at_s=changed_at_s)
    record = encode(exchange)
    folded = fold(f"{exchange.question}\n{exchange.answer.answer}")
    row = (exchange.id, exchange.chat_id, exchange.status, folded, checksum_of(record), record)
    connection.execute(_TOUCH_CHAT, _chat_row(chat))
    connection.execute(_PUT_EXCHANGE, row)
    media = [(exchange.id, file.file_name) for file in exchange.attachments]
    connection.executemany("INSERT OR IGNORE INTO media VALUES (?, ?)", media)


def encode(exchange: Exchange) -> bytes:
    """An exchange as JSON in UTF-8, in which halves of characters become `?`."""
    try:
        return msgspec.json.encode(exchange)
    except UnicodeEncodeError:
        return storable(json.dumps(msgspec.to_builtins(exchange), ensure_ascii=False)).encode()


def decode(record: object, checksum: object) -> Exchange | None:
    """The exchange in a row; None where the row was damaged."""
    if not isinstance(record, bytes) or checksum_of(record) != checksum:  # damage can change what type a row says
        return None
    try:
        return msgspec.json.decode(record, type=Exchange)
    except msgspec.MsgspecError:
        return None


def checksum_of(record: bytes) -> bytes:
    """16 bytes that change with any bit of the record."""
    return hashlib.blake2b(record, digest_size=16).digest()


def storable(text: str) -> str:
    """Text as UTF-8 can hold it: halves of characters, as in names of files of another encoding, become `?`."""
    return text.encode("utf-8", "replace").decode()


def fold(text: str) -> str:
    """Text without case, accents and other marks."""
    decomposed = unicodedata.normalize("NFKD", storable(text).casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _chat_row(chat: Chat) -> tuple[str, str, str, float, float]:
    return chat.id, storable(chat.title), fold(chat.title), chat.created_at_s, chat.changed_at_s
