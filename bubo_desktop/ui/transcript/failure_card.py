"""Why there is no whole answer, what was kept, and what to do: where the answer would be."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QWidget

from bubo_desktop.state.records import Failure
from bubo_desktop.ui.icon_label import IconLabel
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.theme import GRID_PX, Role


class FailureCard(QFrame):
    """What happened and what helps.

    Signals:
        again_requested: the question should be answered again.
    """

    again_requested = Signal()

    def __init__(self, failure: Failure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("failure_card")
        again = QPushButton(self.tr("Answer again"))
        again.clicked.connect(self.again_requested)
        layout = QGridLayout(self)
        layout.setContentsMargins(2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX)
        layout.setHorizontalSpacing(GRID_PX)
        layout.setVerticalSpacing(GRID_PX // 2)
        layout.setColumnStretch(1, 1)
        layout.addWidget(IconLabel("warning", Role.BrightText), 0, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(_sentence(failure.message, "failure_message"), 0, 1)
        layout.addWidget(_sentence(failure.hint, "failure_hint"), 1, 1)
        layout.setRowMinimumHeight(2, GRID_PX // 2)
        layout.addWidget(again, 3, 1, Qt.AlignmentFlag.AlignLeft)


def _sentence(words: str, name: str) -> PlainLabel:
    label = PlainLabel(name, words)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
