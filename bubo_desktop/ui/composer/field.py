"""The words of a question: a plain text field that grows, sends with Enter, and hands on pasted pictures and files."""

from __future__ import annotations

import math

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from bubo_desktop.ui.composer.offer import pasted

MAX_LINES = 8
_SENDING = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class QuestionField(QPlainTextEdit):
    """Between one and `MAX_LINES` lines high.

    Signals:
        sent: Enter was pressed, and no word was being composed.
        stopped: Esc was pressed.
        recalled: Up was pressed in the empty field.
        offered(QMimeData): something other than words was pasted; it is the clipboard's, valid while the slot runs.
    """

    sent = Signal()
    stopped = Signal()
    recalled = Signal()
    offered = Signal(QMimeData)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_composing = False
        self.setObjectName("question")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # the whole window takes drops
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter sends, Shift+Enter makes a new line; Esc and Up do what a chat's user expects."""
        key = event.key()
        if key in _SENDING and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.insertPlainText("\n")
            self.ensureCursorVisible()
        elif key in _SENDING:
            if not self._is_composing:
                self.sent.emit()
        elif key == Qt.Key.Key_Escape:
            self.stopped.emit()
        elif key == Qt.Key.Key_Up and not self.toPlainText():
            self.recalled.emit()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: N802 - Qt's name
        """Remembers whether a word is being composed: the Enter that ends it sends nothing."""
        self._is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: N802 - Qt's name
        """Words, and whatever a question can be about."""
        return bool(pasted(source)) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 - Qt's name
        """Pastes words as plain text, and offers all else."""
        if pasted(source):
            self.offered.emit(source)
        elif source.hasText():
            self.insertPlainText(source.text())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """A narrower field wraps into more lines."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        n_lines = round(self.document().size().height())
        first = self.document().firstBlock()
        line_px = self.blockBoundingRect(first).height() / max(first.lineCount(), 1)
        self.setFixedHeight(math.ceil(min(max(n_lines, 1), MAX_LINES) * line_px) + 1)
        overflows = n_lines > MAX_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if overflows else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
