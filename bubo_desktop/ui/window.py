"""The window: where its parts stand, and what passes between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from bubo_desktop.state.records import Exchange
from bubo_desktop.state.workspace import Workspace
from bubo_desktop.ui.composer.bar import Composer
from bubo_desktop.ui.composer.drop_zone import DropZone
from bubo_desktop.ui.notices import EngineBanner, Notices
from bubo_desktop.ui.shortcuts import SHORTCUTS
from bubo_desktop.ui.sidebar.panel import Sidebar
from bubo_desktop.ui.welcome import Welcome

if TYPE_CHECKING:
    from bubo_desktop.ui.findings import Findings
    from bubo_desktop.ui.live.controls import LiveControls
    from bubo_desktop.ui.shortcut_sheet import ShortcutSheet
    from bubo_desktop.ui.transcript.view import Transcript
    from bubo_desktop.ui.voice.controls import VoiceControls

SIZE_PX = (1240, 780)
SMALLEST_PX = (720, 480)
NARROWEST_CHAT_PX = 296
COLUMNS_PX = (232, 568, 440)  # sidebar, chat, what is seen and heard


class Window(QWidget):
    """Chats on the left, the open one in the middle, what it is about on the right.

    It is painted with what the first glance needs, and furnished with the rest at once after that.

    Attributes:
        workspace: what it shows.

    Signals:
        painted: the window has been drawn for the first time.
        furnished: everything is in its place.
        closing: the user closed it; its place on the screen is remembered.
        theme_chosen(str), language_chosen(str): as the settings name them.
    """

    painted = Signal()
    furnished = Signal()
    closing = Signal()
    theme_chosen = Signal(str)
    language_chosen = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self._was_painted = False
        self._is_furnished = False
        self._make_first_parts(workspace)
        self._arrange()
        self._connect()
        self._restore()
        self._show_conversation()
        self._show_title()
        self._expect_question()

    def furnish(self) -> None:
        """Adds what the first glance does not need, unless it is there."""
        if not self._is_furnished:
            self._is_furnished = True
            self._make_other_parts(self.workspace)
            self._connect_other_parts()
            self._make_shortcuts()
            self._expect_question()
            self.furnished.emit()

    def _make_first_parts(self, state: Workspace) -> None:
        self.sidebar = Sidebar(state.history, state.conversation, state.assistant, state.settings)
        self.banner = EngineBanner(state.assistant)
        self.welcome = Welcome(state.assistant, state.background)
        self.composer = Composer(state.draft, state.conversation, state.media, state.background)
        self.drop_zone = DropZone(self, self.composer.drop)

    def _make_other_parts(self, state: Workspace) -> None:
        from bubo_desktop.ui.findings import Findings
        from bubo_desktop.ui.live.controls import LiveControls
        from bubo_desktop.ui.shortcut_sheet import ShortcutSheet
        from bubo_desktop.ui.transcript.view import Transcript
        from bubo_desktop.ui.voice.controls import VoiceControls

        self.transcript: Transcript = Transcript(state.conversation, state.attention, state.media, state.background)
        self.findings: Findings = Findings(state)
        self.sheet: ShortcutSheet = ShortcutSheet(self)
        self.voice: VoiceControls = VoiceControls(
            state.live, state.settings, self.composer, self.transcript, self.notices, self
        )
        self.live: LiveControls = LiveControls(state, self.composer, self.notices, self)
        self.findings.set_live(self.live.pane)
        self._chat_rows.insertWidget(1, self.live.sign)
        self._pages.addWidget(self.transcript)
        self._add_column(self.findings, stretch=1)
        self._columns.setSizes(list(state.settings.values.column_widths_px) or list(COLUMNS_PX))

    def _arrange(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self.notices = Notices(self._pages)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setHandleWidth(1)
        self._add_column(self.sidebar, stretch=0)
        self._add_column(self._chat_column(), stretch=1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._columns)

    def _chat_column(self) -> QWidget:
        column = QWidget()
        column.setMinimumWidth(NARROWEST_CHAT_PX)
        layout = self._chat_rows = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self._pages, stretch=1)
        layout.addWidget(self.composer)
        return column

    def _add_column(self, part: QWidget, stretch: int) -> None:
        self._columns.addWidget(part)
        self._columns.setStretchFactor(self._columns.count() - 1, stretch)
        self._columns.setCollapsible(self._columns.count() - 1, False)

    def _connect(self) -> None:
        state = self.workspace
        chat = state.conversation
        for signal in (chat.opened, chat.exchange_added, chat.exchange_removed):
            signal.connect(self._show_conversation)
        for signal in (chat.opened, chat.chat_changed):
            signal.connect(self._show_title)
        for signal in (chat.opened, chat.exchange_added):
            signal.connect(self._expect_question)
        chat.undoable.connect(self.notices.show_undo)
        for problem in (state.history.failed, state.assistant.refused):
            problem.connect(self.notices.show_problem)
        state.history.noted.connect(self.notices.show_note)
        self.welcome.sample_chosen.connect(state.ask_about)
        self._connect_choices()

    def _connect_choices(self) -> None:
        menu = self.sidebar.menu
        for source in (self.welcome, menu, self.banner):
            source.pack_folder_requested.connect(self._choose_pack_folder)
        menu.theme_chosen.connect(self.theme_chosen)
        menu.masks_chosen.connect(self.workspace.choose_masks)
        menu.language_chosen.connect(self.language_chosen)

    def _connect_other_parts(self) -> None:
        self.findings.pictures.problem.connect(self.notices.show_problem)
        self.findings.pictures.noticed.connect(self.notices.show_note)
        self.transcript.edit_requested.connect(self._edit)
        self.sidebar.menu.shortcuts_requested.connect(self.sheet.toggle)

    def _make_shortcuts(self) -> None:
        actions: dict[str, Callable[[], object]] = {
            "new": self.workspace.conversation.new,
            "search": self.sidebar.focus_search,
            "composer": self.composer.focus_text,
            "attach": self.composer.choose_files,
            "stop": self.workspace.conversation.stop,
            "again": self._again,
            "copy_answer": self._copy_answer,
            "sidebar": lambda: self.sidebar.setVisible(not self.sidebar.isVisible()),
            "undo": self.notices.undo,
            "shortcuts": self.sheet.toggle,
            "quit": self.close,
            "previous_chat": self.sidebar.open_previous,
            "next_chat": self.sidebar.open_next,
        }
        for shortcut in SHORTCUTS:
            if shortcut.id in actions:
                QShortcut(QKeySequence(shortcut.keys), self, actions[shortcut.id])

    def _show_conversation(self, *_: object) -> None:
        """The open chat, or the page that invites to begin one."""
        if self.workspace.conversation.exchanges:
            self.furnish()
            self._pages.setCurrentWidget(self.transcript)
        else:
            self._pages.setCurrentWidget(self.welcome)

    def _show_title(self) -> None:
        chat = self.workspace.conversation.chat
        self.setWindowTitle(f"{chat.title} - Bubo" if chat else "Bubo")

    def _expect_question(self, *_: object) -> None:
        """What is typed next is a question, except where the keyboard is at work in the list of chats."""
        focused: QWidget | None = self.focusWidget()
        if not (focused and self.sidebar.isAncestorOf(focused)):
            self.composer.focus_text()

    def _edit(self, exchange: Exchange) -> None:
        self.workspace.draft.set_attachments(exchange.attachments)
        self.workspace.draft.mark_asked()
        self.composer.set_text(exchange.question)

    def _again(self) -> None:
        exchanges = self.workspace.conversation.exchanges
        if exchanges and not exchanges[-1].is_open:
            self.workspace.conversation.again(exchanges[-1].id)

    def _copy_answer(self) -> None:
        exchanges = self.workspace.conversation.exchanges
        if exchanges:
            QGuiApplication.clipboard().setText(exchanges[-1].answer.answer)
            self.notices.show_note(self.tr("The answer is on the clipboard."))

    def _choose_pack_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("The folder of a pack"))
        if folder:
            self.workspace.assistant.use_pack(folder)

    def _restore(self) -> None:
        """Opens where and as wide as it was closed; the first time, no larger than the screen."""
        settings = self.workspace.settings.values
        self.resize(QSize(*SIZE_PX).boundedTo(self.screen().availableSize()))
        self.setMinimumSize(*SMALLEST_PX)
        if settings.window_geometry:
            self.restoreGeometry(QByteArray.fromBase64(settings.window_geometry.encode()))

    def remember(self) -> None:
        """Keeps place and sizes for the next start; a column that is folded away keeps the width it had."""
        settings, widths_px = self.workspace.settings, tuple(self._columns.sizes())
        if len(widths_px) != len(COLUMNS_PX) or 0 in widths_px:
            widths_px = settings.values.column_widths_px
        geometry = self.saveGeometry().toBase64().toStdString()
        settings.change(window_geometry=geometry, column_widths_px=widths_px)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Tells once that the window can be seen."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self._follow_up)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Disappears at once; the program ends when everything is safe."""
        self.remember()
        event.accept()
        self.closing.emit()

    def _follow_up(self) -> None:
        """What listens comes first: the engine starts while the window is furnished."""
        self.painted.emit()
        QTimer.singleShot(0, self.furnish)
