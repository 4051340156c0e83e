"""Durations in figures, as the language of the window writes them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale


def in_seconds(duration_s: float) -> str:
    """A duration as "1.5 s"."""
    return QCoreApplication.translate("Durations", "{n} s").format(n=QLocale().toString(duration_s, "f", 1))
