"""Words that are only read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


class PlainLabel(QLabel):
    """Shows words as they are, never as markup.

    Args:
        name: by which the style sheet knows it.
        words: may be of the user's or of a file.
        wraps: in as many lines as the words need.
    """

    def __init__(self, name: str, words: str = "", *, wraps: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wraps)
