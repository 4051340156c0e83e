"""The sheet that shows the keys of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from bubo_desktop.ui.icons import IconButton
from bubo_desktop.ui.shortcuts import SHORTCUTS
from bubo_desktop.ui.theme import GRID_PX, Role

_N_COLUMNS = 2
_WIDEST_PX = 760


class ShortcutSheet(QWidget):
    """Lies over the window and lists the keys; Esc, F1 or a click beside it puts it away.

    Args:
        window: over which it lies.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._before: QWidget | None = None
        self.setAccessibleName(self.tr("Keyboard shortcuts"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._panel = QFrame()
        self._panel.setObjectName("shortcut_panel")
        inside = QVBoxLayout(self._panel)
        inside.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 3 * GRID_PX)
        inside.setSpacing(2 * GRID_PX)
        inside.addLayout(self._head())
        inside.addLayout(_table())
        self._panel.setMaximumWidth(_WIDEST_PX)
        layout = QHBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(self._panel, 1000, Qt.AlignmentFlag.AlignVCenter)  # up to its greatest width
        layout.addStretch(1)
        window.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Shows the sheet, or puts it away and gives the keyboard back."""
        if self.isVisible():
            self.hide()
            if self._before:
                self._before.setFocus()
            return
        self._before = self.window().focusWidget()
        self.setGeometry(self.window().rect())
        self.raise_()
        self.show()
        self.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Is always as large as the window."""
        if event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            self.resize(watched.size())
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Esc puts it away."""
        if event.key() == Qt.Key.Key_Escape:
            self.toggle()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click beside the panel puts it away."""
        if not self._panel.geometry().contains(event.position().toPoint()):
            self.toggle()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """A veil over the window."""
        veil = self.palette().color(Role.Window)
        veil.setAlphaF(0.8)
        QPainter(self).fillRect(self.rect(), veil)

    def _head(self) -> QHBoxLayout:
        title = QLabel(self.tr("Keyboard shortcuts"))
        title.setObjectName("sheet_title")
        close = IconButton("close", self.tr("Close"), "Esc")
        close.clicked.connect(self.toggle)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(close)
        return head


def _table() -> QGridLayout:
    """Keys and what they do, in columns read from top to bottom."""
    table = QGridLayout()
    table.setHorizontalSpacing(2 * GRID_PX)
    table.setVerticalSpacing(GRID_PX // 4)
    n_rows = -(-len(SHORTCUTS) // _N_COLUMNS)
    for number, shortcut in enumerate(SHORTCUTS):
        keys = QLabel(shortcut.native_keys)
        keys.setObjectName("key")
        column, row = divmod(number, n_rows)
        table.addWidget(keys, row, 2 * column, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        described = QLabel(QCoreApplication.translate("ShortcutSheet", shortcut.description))
        described.setWordWrap(True)
        table.setColumnStretch(2 * column + 1, 1)
        table.addWidget(described, row, 2 * column + 1)
    return table
