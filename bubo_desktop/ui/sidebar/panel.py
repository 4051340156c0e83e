"""The sidebar: new chat, search, the chats, and the condition of what answers."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from bubo_desktop.state.assistant import Assistant
from bubo_desktop.state.conversation import Conversation
from bubo_desktop.state.history import History
from bubo_desktop.state.records import Chat
from bubo_desktop.state.settings import SettingsFile
from bubo_desktop.ui.icon_label import IconLabel
from bubo_desktop.ui.icons import IconButton
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.shortcuts import keys_of
from bubo_desktop.ui.sidebar.chat_list import ChatList
from bubo_desktop.ui.sidebar.chat_view import ChatView
from bubo_desktop.ui.sidebar.engine_button import EngineButton
from bubo_desktop.ui.sidebar.engine_menu import EngineMenu
from bubo_desktop.ui.sidebar.search_field import SearchField
from bubo_desktop.ui.theme import GRID_PX, Role

_SEARCH_DELAY_MS = 150
_OWL_PX = 24


class Sidebar(QWidget):
    """Lists the chats of the history, opens, renames and deletes them.

    Attributes:
        menu: at its foot, what can be chosen for the whole program.
    """

    def __init__(
        self,
        history: History,
        conversation: Conversation,
        assistant: Assistant,
        settings_file: SettingsFile,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._history = history
        self._conversation = conversation
        self._chats = ChatList(self)
        self.search = SearchField()
        self.new_button = IconButton("plus", self.tr("New chat"), keys_of("new"))
        self.view = ChatView(self._chats)
        self._nothing = PlainLabel("no_chats")
        self.menu = EngineMenu(assistant, settings_file, self)
        self.engine_button = EngineButton(assistant, self.menu)
        self._reload = QTimer(self, singleShot=True, interval=_SEARCH_DELAY_MS)
        self._arrange()
        self._connect()
        self._mark_open()
        self._load()

    def focus_search(self) -> None:
        """Brings the keyboard to the search."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def open_previous(self) -> None:
        """Opens the chat above the open one."""
        self._open_neighbour(-1)

    def open_next(self) -> None:
        """Opens the chat below the open one; the newest, where none is open."""
        self._open_neighbour(1)

    def _arrange(self) -> None:
        self.setObjectName("sidebar")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self._nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GRID_PX, 0, GRID_PX)
        layout.setSpacing(GRID_PX)
        layout.addLayout(_inset(self._head()))
        layout.addLayout(_inset(self.search))
        layout.addWidget(self._pages, 1)
        layout.addLayout(_inset(self.engine_button))

    def _head(self) -> QWidget:
        name = QLabel("Bubo")
        name.setObjectName("brand")
        head = QWidget()
        layout = QHBoxLayout(head)
        layout.setContentsMargins(GRID_PX // 2, 0, 0, 0)
        layout.addWidget(IconLabel("owl", Role.Highlight, _OWL_PX))
        layout.addWidget(name, 1)
        layout.addWidget(self.new_button)
        return head

    def _connect(self) -> None:
        self.new_button.clicked.connect(self._conversation.new)
        self.view.chosen.connect(self._conversation.open)
        self.view.deleted.connect(lambda chat: self._conversation.delete_chat(chat.id))
        self._chats.renamed.connect(self._conversation.rename)
        self.search.left.connect(lambda: self.view.setFocus(Qt.FocusReason.TabFocusReason))
        self.search.textChanged.connect(self._reload.start)
        self._reload.timeout.connect(self._load)
        self._history.changed.connect(self._reload.start)
        self._history.chats_loaded.connect(self._show)
        self._conversation.opened.connect(self._mark_open)
        self._conversation.chat_changed.connect(self._mark_open)

    def _load(self) -> None:
        if self.view.is_renaming:
            self._reload.start()  # a new list would take the title that is being typed
            return
        self._history.load_chats(self.search.text().strip())

    def _show(self, chats: list[Chat]) -> None:
        self._chats.show(chats)
        searched = self.search.text().strip()
        nothing = self.tr("No chat mentions “{words}”.") if searched else self.tr("Your chats will be listed here.")
        self._nothing.setText(nothing.format(words=searched))
        self._pages.setCurrentWidget(self.view if chats else self._nothing)

    def _mark_open(self) -> None:
        chat = self._conversation.chat
        self.view.mark_open(chat.id if chat else "")

    def _open_neighbour(self, step: int) -> None:
        chats = self._chats.chats()
        places = {chat.id: place for place, chat in enumerate(chats)}
        chat = self._conversation.chat
        place = places.get(chat.id, -1) + step if chat else 0
        if 0 <= place < len(chats):
            self._conversation.open(chats[place].id)


def _inset(part: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout()
    layout.setContentsMargins(GRID_PX, 0, GRID_PX, 0)
    layout.addWidget(part)
    return layout
