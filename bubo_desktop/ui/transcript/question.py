"""The question above an answer, in a bubble as wide as its words."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from bubo_desktop.ui.theme import GRID_PX
from bubo_desktop.ui.transcript.plain_text import MARGIN_PX, PlainText

SIDE_PX = GRID_PX


class Question(QFrame):
    """What was asked."""

    def __init__(self, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("asked")
        self.words = PlainText(self.tr("Question"))
        self.words.set_text(question)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SIDE_PX, MARGIN_PX + 2, SIDE_PX, 0)  # a line's own spacing is below it
        layout.addWidget(self.words)

    def fit(self, widest_px: int) -> None:
        """Takes as much width as its longest line needs, within the width there is."""
        metrics = self.words.fontMetrics()
        needed_px = max(map(metrics.horizontalAdvance, self.words.text.splitlines()), default=0)
        self.setFixedWidth(min(widest_px, needed_px + 2 * (SIDE_PX + MARGIN_PX) + 1))
