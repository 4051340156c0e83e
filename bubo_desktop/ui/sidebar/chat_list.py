"""The chats as rows: those of a time under its heading."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QLocale, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from bubo_desktop.state.records import Chat
from bubo_desktop.ui.sidebar.periods import period_of
from bubo_desktop.ui.tool_tips import plain_tip

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class ChatList(QAbstractListModel):
    """Rows are chats, or headings, which cannot be chosen.

    Signals:
        renamed(str, str): a chat's id and its new title, typed by the user.
    """

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Chat | str] = []

    def show(self, chats: Sequence[Chat]) -> None:
        """Lists these, newest first as they come; rows that stay where they are are not disturbed."""
        rows = _with_headings(chats)
        if rows == self._rows:
            return
        if [_key(row) for row in rows] == [_key(row) for row in self._rows]:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def chat_at(self, index: Index) -> Chat | None:
        """The chat of a row; None for a heading and where there is no row."""
        row = self._rows[index.row()] if index.isValid() else None
        return row if isinstance(row, Chat) else None

    def index_of(self, chat_id: str) -> QModelIndex:
        """Where a chat stands; invalid where it is not listed."""
        for number, row in enumerate(self._rows):
            if isinstance(row, Chat) and row.id == chat_id:
                return self.index(number)
        return QModelIndex()

    def chats(self) -> list[Chat]:
        """Those listed, in their order."""
        return [row for row in self._rows if isinstance(row, Chat)]

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """Chats and headings."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The title of a chat, the words of a heading."""
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole}:
            return None
        row = self._rows[index.row()]
        words = row.title if isinstance(row, Chat) else row
        return plain_tip(words) if role == Qt.ItemDataRole.ToolTipRole else words

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A chat can be opened and renamed, a heading only read."""
        if self.chat_at(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 - Qt's name
        """Passes on a new title; the list changes when the chat has."""
        chat, title = self.chat_at(index), str(value).strip()
        if role != Qt.ItemDataRole.EditRole or chat is None or title in {"", chat.title}:
            return False
        self.renamed.emit(chat.id, title)
        return True


def _key(row: Chat | str) -> str:
    return row.id if isinstance(row, Chat) else row


def _with_headings(chats: Sequence[Chat]) -> list[Chat | str]:
    rows: list[Chat | str] = []
    locale, now_s, heading = QLocale(), time.time(), ""
    for chat in chats:
        period = period_of(chat.changed_at_s, now_s, locale)
        if period != heading:
            rows.append(period)
            heading = period
        rows.append(chat)
    return rows
