"""Files in what a user types: dragged into the terminal, pasted, or written out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QUrl

from bubo_desktop.errors import InputError
from bubo_desktop.media_kinds import PICTURES, SOUNDS, is_attachable

# A word in quotes, or one in which a space may follow a backslash: the ways terminals write a dragged file.
_WORD = re.compile(r"""'[^']*'|"[^"]*"|(?:\\.|[^\s\\])+""")


@dataclass(frozen=True, slots=True)
class Attachments:
    """Paths of the pictures and sounds a question is about."""

    pictures: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()

    def replaced_by(self, paths: Sequence[str]) -> Attachments:
        """With other pictures where `paths` holds pictures, and with other sounds where it holds sounds.

        Raises:
            InputError: a path is neither, or there is no such file.
        """
        for path in paths:
            if not Path(path).is_file():
                raise InputError(f"There is no file {path}.")
            if not is_attachable(path):
                raise InputError(f"{path} is neither a picture nor a sound.", "Open a PNG, JPEG, WAV, FLAC or MP3.")
        pictures = tuple(path for path in paths if Path(path).suffix.lower() in PICTURES)
        sounds = tuple(path for path in paths if Path(path).suffix.lower() in SOUNDS)
        return Attachments(pictures or self.pictures, sounds or self.sounds)


def split_line(line: str) -> tuple[str, tuple[str, ...]]:
    """Splits a line into the question and the paths of existing pictures and sounds that stand in it."""
    paths: list[str] = []

    def keep(word: re.Match[str]) -> str:
        path = as_path(word.group())
        if is_attachable(path) and Path(path).is_file():
            paths.append(path)
            return ""
        return word.group()

    question = _WORD.sub(keep, line)
    return " ".join(question.split()), tuple(paths)


def paths_in(line: str) -> tuple[str, ...]:
    """All words of a line as paths."""
    return tuple(as_path(word) for word in _WORD.findall(line))


def as_path(word: str) -> str:
    """What a terminal made of a file's name, back to the name: without quotes, backslashes or `file://`."""
    if word[:1] in "'\"" and len(word) > 1:
        word = word[1:-1]
    elif Path("a\\b").name == "a\\b":  # where a backslash does not part folders, it escapes
        word = re.sub(r"\\(.)", r"\1", word)
    if word.startswith("file://"):
        word = QUrl(word).toLocalFile()
    return str(Path(word).expanduser())
