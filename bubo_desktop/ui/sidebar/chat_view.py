"""The list of chats as one uses it: open, rename, delete, by mouse and by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QMenu, QWidget

from bubo_desktop.state.records import Chat
from bubo_desktop.ui.sidebar.chat_list import ChatList
from bubo_desktop.ui.sidebar.chat_row import ChatRow, more_area


class ChatView(QListView):
    """Arrow keys walk, Enter opens, F2 renames, Delete deletes; all of it in a menu, too.

    Signals:
        chosen(str): the id of the chat to be opened.
        deleted(Chat): the chat to be deleted.
    """

    chosen = Signal(str)
    deleted = Signal(Chat)

    def __init__(self, chats: ChatList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chats = chats
        self._open_id = ""
        self._current_id = ""
        self._scrolled_px = 0
        self._row = ChatRow(self)
        self.setObjectName("chats")
        self.setAccessibleName(self.tr("Chats"))
        self.setModel(chats)
        self.setItemDelegate(self._row)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self.clicked.connect(self._choose)
        chats.modelAboutToBeReset.connect(self._note_place)
        chats.modelReset.connect(self._restore_place)

    @property
    def is_renaming(self) -> bool:
        """Whether a title is being typed."""
        return self.state() is QAbstractItemView.State.EditingState

    def mark_open(self, chat_id: str) -> None:
        """Marks the chat that is open, and takes the keyboard's place to it; with an empty id, none."""
        self._open_id = chat_id
        self._mark_open()
        self.setCurrentIndex(self._chats.index_of(chat_id))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens, Delete deletes; what else there is, Qt knows."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._choose(self.currentIndex())
        elif event.matches(QKeySequence.StandardKey.Delete):
            self._delete(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A press on the sign at the end of a row shows the row's menu; any other opens the chat."""
        position = event.position().toPoint()
        if more_area(self.visualRect(self.indexAt(position))).contains(position):
            self._show_menu(position)
        else:
            super().mousePressEvent(event)

    def _mark_open(self) -> None:
        self._row.open_index = QPersistentModelIndex(self._chats.index_of(self._open_id))
        self.viewport().update()

    def _note_place(self) -> None:
        """The list is about to be made anew: remembers where the reader and the keyboard are."""
        current = self._chats.chat_at(self.currentIndex())
        self._current_id = current.id if current else self._open_id
        self._scrolled_px = self.verticalScrollBar().value()

    def _restore_place(self) -> None:
        self._mark_open()
        self.setCurrentIndex(self._chats.index_of(self._current_id))
        self.verticalScrollBar().setValue(self._scrolled_px)

    def _choose(self, index: QModelIndex) -> None:
        if chat := self._chats.chat_at(index):
            self.chosen.emit(chat.id)

    def _delete(self, index: QModelIndex) -> None:
        if chat := self._chats.chat_at(index):
            self.deleted.emit(chat)

    def _show_menu(self, position: QPoint) -> None:
        index = self.indexAt(position)
        if self._chats.chat_at(index) is not None:
            self.menu_of(index).popup(self.viewport().mapToGlobal(position))

    def menu_of(self, index: QModelIndex) -> QMenu:
        """What can be done with a chat."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Rename"), QKeySequence(Qt.Key.Key_F2), lambda: self.edit(index))
        menu.addAction(self.tr("Delete"), QKeySequence(Qt.Key.Key_Delete), lambda: self._delete(index))
        return menu
