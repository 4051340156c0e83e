"""What of a record stands in a row: its JSON with a checksum, and its words as a search compares them."""

from __future__ import annotations

import hashlib
import json
import unicodedata

import msgspec

from bubo_desktop.state.records import Exchange


def encode(exchange: Exchange) -> bytes:
    """An exchange as JSON in UTF-8, in which halves of characters become `?`."""
    try:
        return msgspec.json.encode(exchange)
    except UnicodeEncodeError:
        return storable(json.dumps(msgspec.to_builtins(exchange), ensure_ascii=False)).encode()


def decode(record: bytes, checksum: bytes) -> Exchange | None:
    """The exchange in a row; None where the row was damaged."""
    if checksum_of(record) != checksum:
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
