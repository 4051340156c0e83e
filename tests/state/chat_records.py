"""Chats and exchanges as the window makes them, and the ways in which their file can go bad."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bubo_desktop.data import (
    Answer,
    Link,
    Match,
    PictureFindings,
    RunLengths,
    SoundEvent,
    SoundFindings,
    Tag,
    Thing,
    TokenCounts,
)
from bubo_desktop.state.records import Attachment, Chat, Exchange

DOG = Attachment("d" * 64, "picture", "dog.png", ".png", width=320, height=200)
BARK = Attachment("b" * 64, "sound", "bark.wav", ".wav", duration_s=1.5)
WHOLE_ANSWER = Answer(
    answer="A dog barks.",
    pack="nano",
    images=(
        PictureFindings(
            "dog.png", 320, 200, (Tag("dog", 0.9),),
            (Thing(1, "dog", 0.9, (1.5, 2, 30, 40), RunLengths((2, 2), (1, 3))), Thing(2, "ball", 0.5, (0, 0, 9, 9))),
        ),
    ),
    links=(Link(2, 5, "dog", 0, (1,), 0.8),),
    sounds=(SoundFindings("bark.wav", 1.5, (SoundEvent("bark", 0.7, 0.1, 0.6),)),),
    match=Match("related", 0.9, (1,)),
    timings_ms={"see": 40.0},
    tokens=TokenCounts(20, 4),
    notes=("A note.",),
)  # fmt: skip


def an_exchange(chat: Chat, question: str = "What barks?", text: str = "", **fields) -> Exchange:
    answer = Answer(answer=text, pack="nano") if text else WHOLE_ANSWER
    return Exchange(**{"chat_id": chat.id, "question": question, "status": "done", "answer": answer, **fields})


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_off_one_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def overwrite(path: Path) -> None:
    path.write_bytes(b"not a database " * 1000)


def erase_first_page(path: Path) -> None:
    path.write_bytes(bytes(4096) + path.read_bytes()[4096:])


def scramble_middle(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes([7]) * 8192 + content[12288:])


def replace_by_another_programs(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def make_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


MISFORTUNES = [
    cut_in_half, cut_off_one_byte, empty, overwrite, erase_first_page, scramble_middle,
    replace_by_another_programs, make_newer,
]  # fmt: skip


@contextmanager
def a_full_disk(n_bytes: int = 0) -> Iterator[None]:
    """No file grows beyond this size; what is shorter can still be written."""
    resource = pytest.importorskip("resource", reason="this system has no such limit")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
