"""The field that finds chats by their words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from bubo_desktop.ui.icons import icon
from bubo_desktop.ui.shortcuts import keys_of
from bubo_desktop.ui.theme import Role


class SearchField(QLineEdit):
    """Esc empties it.

    Signals:
        left: Down was pressed, towards what was found.
    """

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(self.tr("Search chats"))
        self.setAccessibleName(self.placeholderText())
        self.setToolTip(f"{self.placeholderText()} ({keys_of('search')})")
        self._lens = self.addAction(icon("search", self._muted()), QLineEdit.ActionPosition.LeadingPosition)
        self._cross = self.addAction(icon("close", self._muted()), QLineEdit.ActionPosition.TrailingPosition)
        self._lens.setText(self.tr("Search"))
        self._cross.setText(self.tr("Clear"))
        self._cross.setToolTip(self.tr("Clear (Esc)"))
        self._cross.setVisible(False)
        self._cross.triggered.connect(self.clear)
        self.textChanged.connect(lambda text: self._cross.setVisible(bool(text)))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Esc empties it, Down leaves it."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the icons anew in another theme's colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_cross"):
            self._lens.setIcon(icon("search", self._muted()))
            self._cross.setIcon(icon("close", self._muted()))

    def _muted(self) -> QColor:
        return self.palette().color(Role.PlaceholderText)
