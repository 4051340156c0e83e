"""Tool tips with words of the user's, of a pack or of a file."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt


def plain_tip(words: str) -> str:
    """The words as a tool tip shows them as they are: Qt takes for markup what looks like it."""
    return f"<qt>{escape(words)}</qt>" if Qt.mightBeRichText(words) else words
