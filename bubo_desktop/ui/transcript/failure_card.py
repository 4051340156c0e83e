"""Why there is no whole answer, what was kept, and what to do: where the answer would be."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QWidget

from bubo_desktop.state.records import Failure
from bubo_desktop.ui.announcement import announce
from bubo_desktop.ui.icons import SIZE_PX, icon
from bubo_desktop.ui.theme import GRID_PX


class FailureCard(QFrame):
    """What happened and what helps.

    Signals:
        again_requested: the question should be answered again.
    """

    again_requested = Signal()

    def __init__(self, failure: Failure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("failure_card")
        self._symbol = QLabel()
        again = QPushButton(self.tr("Answer again"))
        again.clicked.connect(self.again_requested)
        layout = QGridLayout(self)
        layout.setContentsMargins(2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX)
        layout.setHorizontalSpacing(GRID_PX)
        layout.setVerticalSpacing(GRID_PX // 2)
        layout.setColumnStretch(1, 1)
        layout.addWidget(self._symbol, 0, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(_sentence(failure.message, "failure_message"), 0, 1)
        layout.addWidget(_sentence(failure.hint, "failure_hint"), 1, 1)
        layout.setRowMinimumHeight(2, GRID_PX // 2)
        layout.addWidget(again, 3, 1, Qt.AlignmentFlag.AlignLeft)
        self._draw_symbol()
        announce(self, f"{failure.message} {failure.hint}".strip())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the symbol anew in another theme's colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw_symbol()

    def _draw_symbol(self) -> None:
        drawn = icon("warning", self.palette().color(QPalette.ColorRole.BrightText))
        self._symbol.setPixmap(drawn.pixmap(QSize(SIZE_PX, SIZE_PX), self.devicePixelRatio()))


def _sentence(words: str, name: str) -> QLabel:
    label = QLabel(words, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    label.setObjectName(name)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
