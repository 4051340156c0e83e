"""How sure the pack is of what it found, in a word."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

SURE, FAIRLY_SURE = 0.8, 0.5


def certainty_of(score: float) -> str:
    """A score 0..1 as "sure", "fairly sure" or "unsure", in the language of the window."""
    if score >= SURE:
        return QCoreApplication.translate("Certainty", "sure")
    if score >= FAIRLY_SURE:
        return QCoreApplication.translate("Certainty", "fairly sure")
    return QCoreApplication.translate("Certainty", "unsure")
