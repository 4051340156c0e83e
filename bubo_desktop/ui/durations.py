"""Durations in figures, as the language of the window writes them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale


def in_seconds(duration_s: float) -> str:
    """A duration as "1.5 s"."""
    return _seconds(duration_s, "f", 1)


def on_axis(time_s: float) -> str:
    """A place on an axis, as short as can be: "2 s", "2.5 s", and from the first minute on "1:05"."""
    if time_s < 60:
        return _seconds(time_s, "g", 6)
    return f"{int(time_s) // 60}:{int(time_s) % 60:02d}"


def _seconds(duration_s: float, notation: str, precision: int) -> str:
    figure = QLocale().toString(float(duration_s), notation, precision)  # an int would be taken for another overload
    return QCoreApplication.translate("Durations", "{n} s").format(n=figure)
