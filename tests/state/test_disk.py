"""What the disk says, in words."""

from __future__ import annotations

import errno
import sqlite3

import pytest

from bubo_desktop.state.disk import refusal, trouble_of, write_whole
from tests.state.chat_records import a_full_disk


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("It is technical.")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (OSError(errno.ENOSPC, ""), "full"),
        (OSError(errno.EACCES, ""), "forbidden"),
        (OSError(errno.EROFS, ""), "forbidden"),
        (OSError(errno.EIO, ""), "unknown"),
        (OSError("without a number"), "unknown"),
        (sqlite_error(sqlite3.SQLITE_FULL), "full"),
        (sqlite_error(sqlite3.SQLITE_READONLY_DIRECTORY), "forbidden"),
        (sqlite_error(sqlite3.SQLITE_IOERR_LOCK), "forbidden"),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), "unknown"),
        (sqlite_error(sqlite3.SQLITE_BUSY_RECOVERY), "busy"),
        (sqlite_error(sqlite3.SQLITE_CORRUPT_INDEX), "damaged"),
        (sqlite3.DatabaseError("without a number"), "unknown"),
    ],
)
def test_every_trouble_has_a_sentence_and_a_hint(error, trouble):
    assert trouble_of(error) == trouble
    told = refusal("Your chats cannot be read", error)
    assert told.message.startswith("Your chats cannot be read: ")
    assert told.message.endswith(".")
    assert "technical" not in str(told)
    assert told.hint


def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path):
    path = tmp_path / "a"
    write_whole(path, b"old")
    with a_full_disk(1000), pytest.raises(OSError, match="large"):
        write_whole(path, bytes(2000))
    assert path.read_bytes() == b"old"
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
