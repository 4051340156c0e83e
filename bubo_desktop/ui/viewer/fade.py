"""Things that appear and disappear softly."""

from __future__ import annotations

from PySide6.QtCore import QObject, QVariantAnimation

FADE_MS = 120


class Fade(QVariantAnimation):
    """How much of something is seen, 0..1, on its way from one to the other; `valueChanged` tells each step."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent, duration=FADE_MS, startValue=0.0, endValue=0.0)

    @property
    def amount(self) -> float:
        """What is seen of it now."""
        value: float = self.currentValue()
        return value

    def begin(self, start: float, end: float) -> None:
        """Goes from `start` to `end`."""
        self.stop()
        self.setStartValue(float(start))  # between a whole number and another kind Qt knows no way
        self.setEndValue(float(end))
        self.start()
