"""The keys of the window, in one table: what they do, and the sheet that shows them."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from bubo_desktop.ui.icons import IconButton
from bubo_desktop.ui.theme import GRID_PX, Role

_N_COLUMNS = 2
_DESCRIPTION_PX = 200


class Shortcut(NamedTuple):
    """Keys as `QKeySequence` reads them, and what they do, in English. The window binds those that have an `id`;
    the others belong to the part of the window that has the keyboard.
    """

    id: str
    keys: str
    description: Any  # a str, of which Qt's stubs know nothing


SHORTCUTS = (
    Shortcut("new", "Ctrl+N", QT_TRANSLATE_NOOP("ShortcutSheet", "New chat")),
    Shortcut("search", "Ctrl+K", QT_TRANSLATE_NOOP("ShortcutSheet", "Search chats")),
    Shortcut("previous_chat", "Ctrl+PgUp", QT_TRANSLATE_NOOP("ShortcutSheet", "Previous chat")),
    Shortcut("next_chat", "Ctrl+PgDown", QT_TRANSLATE_NOOP("ShortcutSheet", "Next chat")),
    Shortcut("sidebar", "Ctrl+B", QT_TRANSLATE_NOOP("ShortcutSheet", "Show or hide the chats")),
    Shortcut("", "F2", QT_TRANSLATE_NOOP("ShortcutSheet", "Rename the chat in the list")),
    Shortcut("", "Del", QT_TRANSLATE_NOOP("ShortcutSheet", "Delete the chat in the list")),
    Shortcut("undo", "Ctrl+Z", QT_TRANSLATE_NOOP("ShortcutSheet", "Undo")),
    Shortcut("shortcuts", "F1", QT_TRANSLATE_NOOP("ShortcutSheet", "Show these keys")),
    Shortcut("quit", "Ctrl+Q", QT_TRANSLATE_NOOP("ShortcutSheet", "Quit")),
    Shortcut("composer", "Ctrl+L", QT_TRANSLATE_NOOP("ShortcutSheet", "Go to the question")),
    Shortcut("attach", "Ctrl+O", QT_TRANSLATE_NOOP("ShortcutSheet", "Attach a picture or sound")),
    Shortcut("", "Ctrl+V", QT_TRANSLATE_NOOP("ShortcutSheet", "Paste a picture or a file")),
    Shortcut("", "Enter", QT_TRANSLATE_NOOP("ShortcutSheet", "Ask")),
    Shortcut("", "Shift+Enter", QT_TRANSLATE_NOOP("ShortcutSheet", "New line")),
    Shortcut("", "Up", QT_TRANSLATE_NOOP("ShortcutSheet", "The last question again")),
    Shortcut("stop", "Ctrl+.", QT_TRANSLATE_NOOP("ShortcutSheet", "Stop the answer; also Esc")),
    Shortcut("again", "Ctrl+R", QT_TRANSLATE_NOOP("ShortcutSheet", "Answer anew")),
    Shortcut("copy_answer", "Ctrl+Shift+C", QT_TRANSLATE_NOOP("ShortcutSheet", "Copy the last answer")),
    Shortcut("", "Tab", QT_TRANSLATE_NOOP("ShortcutSheet", "Next word or object")),
)


def keys_of(shortcut_id: str) -> str:
    """The keys of one of the window's shortcuts, as the user's system writes them.

    Raises:
        KeyError: there is no such shortcut.
    """
    return _native({shortcut.id: shortcut for shortcut in SHORTCUTS}[shortcut_id])


class ShortcutSheet(QWidget):
    """Lies over the window and lists the keys; Esc, F1 or a click beside it puts it away.

    Args:
        window: over which it lies.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
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
        layout = QVBoxLayout(self)
        layout.addWidget(self._panel, 0, Qt.AlignmentFlag.AlignCenter)
        window.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Shows the sheet, or puts it away and gives the keyboard back."""
        if self.isVisible():
            self.hide()
            if self._before:
                self._before.setFocus()
            return
        self._before = self._window.focusWidget()
        self.setGeometry(self._window.rect())
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
    table.setVerticalSpacing(GRID_PX)
    n_rows = -(-len(SHORTCUTS) // _N_COLUMNS)
    for number, shortcut in enumerate(SHORTCUTS):
        keys = QLabel(_native(shortcut))
        keys.setObjectName("key")
        column, row = divmod(number, n_rows)
        table.addWidget(keys, row, 2 * column, Qt.AlignmentFlag.AlignLeft)
        described = QLabel(QCoreApplication.translate("ShortcutSheet", shortcut.description))
        described.setMinimumWidth(_DESCRIPTION_PX)
        table.addWidget(described, row, 2 * column + 1)
    return table


def _native(shortcut: Shortcut) -> str:
    return QKeySequence(shortcut.keys).toString(QKeySequence.SequenceFormat.NativeText)
