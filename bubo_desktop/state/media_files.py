"""Copies of what the user attaches, each in a file named after its content."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from PySide6.QtCore import QCoreApplication

from bubo_desktop.errors import InputError
from bubo_desktop.state.disk import private, put_in_place
from bubo_desktop.state.records import Attachment

MAX_FILE_BYTES = 1 << 30
_CHUNK_BYTES = 1 << 20
# A pipe may keep one waiting for ever. Windows knows none, but text files that end in other ways.
_SAFE_OPENING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_plain_file(path: Path, name: str) -> BinaryIO:
    """Opens a file of the user's.

    Args:
        path: of the file.
        name: what sentences call it.

    Raises:
        InputError: it is gone, empty, too large, may not be read, or is a folder, a pipe or a device.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _SAFE_OPENING)
    except (OSError, ValueError) as error:
        raise _unopened(error, name) from error
    problem = _problem_of(os.fstat(descriptor))
    if problem:
        os.close(descriptor)
        raise InputError(problem.format(name=name), _what_to_choose())
    return os.fdopen(descriptor, "rb")


def keep(folder: Path, content: BinaryIO, describe: Callable[[Path, str], Attachment]) -> Attachment:
    """Copies what `content` holds into the folder, for good: what this returns survives a power cut.

    Args:
        folder: of the copies; it is made where there is none.
        content: from its beginning.
        describe: is given the finished copy and its SHA-256, and may refuse it by an `InputError`.

    Raises:
        InputError: `describe` refused it.
        OSError: it cannot be read, or there is no room.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    incoming = folder / f".{uuid4().hex}.incoming"
    try:
        with open(incoming, "xb", opener=private) as copy:
            digest = hashlib.sha256()
            while chunk := content.read(_CHUNK_BYTES):
                copy.write(chunk)
                digest.update(chunk)
        attachment = describe(incoming, digest.hexdigest())
        put_in_place(incoming, folder / attachment.file_name)
    finally:
        incoming.unlink(missing_ok=True)
    return attachment


def forget_all_but(folder: Path, names: set[str]) -> None:
    """Removes all files but these from the folder, also what a kill left of a copy."""
    for path in folder.glob("*"):
        if path.name not in names and path.is_file():
            path.unlink(missing_ok=True)


def _unopened(error: OSError | ValueError, name: str) -> InputError:
    translate = QCoreApplication.translate
    if isinstance(error, FileNotFoundError):
        return InputError(translate("Media", "{name} is not there any more.").format(name=name), _what_to_choose())
    message = translate("Media", "{name} cannot be opened.").format(name=name)
    return InputError(message, translate("Media", "Check its permissions."))


def _problem_of(status: os.stat_result) -> str | None:
    if stat.S_ISDIR(status.st_mode):
        return QCoreApplication.translate("Media", "{name} is a folder.")
    if not stat.S_ISREG(status.st_mode):
        return QCoreApplication.translate("Media", "{name} is not a file.")
    if status.st_size == 0:
        return QCoreApplication.translate("Media", "{name} is empty.")
    if status.st_size > MAX_FILE_BYTES:
        return QCoreApplication.translate("Media", "{name} is larger than 1 GB.")
    return None


def _what_to_choose() -> str:
    return QCoreApplication.translate("Media", "Choose a picture or a sound.")
