"""What the window has to say about itself: things that can be undone, notes, problems, the engine's condition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from bubo_desktop.errors import BuboError
from bubo_desktop.packs.catalog import list_packs
from bubo_desktop.paths import SHIPPED_PACK
from bubo_desktop.state.assistant import Assistant
from bubo_desktop.ui.message_bar import Action, MessageBar
from bubo_desktop.ui.theme import GRID_PX

SHOWN_MS = 10_000
_WIDEST_PX = 560


class _Notice(NamedTuple):
    sentence: str
    hint: str = ""
    actions: tuple[Action, ...] = ()
    undo: Callable[[], object] | None = None
    is_problem: bool = False


class Notices(MessageBar):
    """A slim bar over the lower edge of another widget: the newest notice, and the one below it when that has gone.

    What can be undone and notes go by themselves after `SHOWN_MS`, unless the pointer or the keyboard is on them;
    problems stay until they are dismissed.

    Args:
        over: the widget over which it floats.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._notices: list[_Notice] = []
        self._time = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._time.timeout.connect(self._leave)
        self.closed.connect(self._drop_newest)
        over.installEventFilter(self)

    def show_undo(self, sentence: str, undo: Callable[[], object]) -> None:
        """Something was deleted or replaced, and `undo` takes that back."""
        self._push(_Notice(sentence, actions=(Action(self.tr("Undo"), undo),), undo=undo))

    def show_note(self, sentence: str) -> None:
        """Something the user should know and need not act upon."""
        self._push(_Notice(sentence))

    def show_problem(self, error: BuboError, actions: Sequence[Action] = ()) -> None:
        """Something went wrong; said once, however often it does."""
        self._push(_Notice(error.message, error.hint, tuple(actions), is_problem=True))

    def undo(self) -> None:
        """Takes back the newest of what can be undone; nothing happens where nothing can."""
        for notice in reversed(self._notices):
            if notice.undo:
                self._notices.remove(notice)
                self._show_newest()
                notice.undo()
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stays at the lower edge."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _push(self, notice: _Notice) -> None:
        if not any(notice[:2] == other[:2] and notice.is_problem for other in self._notices):
            self._notices.append(notice)
            self._show_newest()

    def _show_newest(self) -> None:
        self._time.stop()
        if not self._notices:
            self.hide()
            return
        notice = self._notices[-1]
        self.say(notice.sentence, notice.hint, actions=notice.actions, warns=notice.is_problem)
        self._place()
        if not notice.is_problem:
            self._time.start()

    def _drop_newest(self) -> None:
        self._notices.pop()
        self._show_newest()

    def _leave(self) -> None:
        """Everything goes that could be undone; what is being read stays."""
        focused = QApplication.focusWidget()
        if self.underMouse() or (focused and self.isAncestorOf(focused)):
            self._time.start()
            return
        self._notices = [notice for notice in self._notices if notice.is_problem]
        self._show_newest()

    def _place(self) -> None:
        width = min(self._over.width() - 4 * GRID_PX, _WIDEST_PX)
        height = max(self.heightForWidth(width), self.minimumSizeHint().height())
        left, top = (self._over.width() - width) // 2, self._over.height() - height - GRID_PX
        self.setGeometry(left, top, width, height)
        self.raise_()


class EngineBanner(MessageBar):
    """Says above the chat that the engine does not answer, or not yet, and what can be done. Hidden while all is well.

    Signals:
        pack_folder_requested: a folder with a pack is to be chosen.
    """

    pack_folder_requested = Signal()

    def __init__(self, assistant: Assistant, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        assistant.condition_changed.connect(self._show_condition)
        self._show_condition()

    def _show_condition(self) -> None:
        condition = self._assistant.condition
        match condition.state:
            case "loading" if not condition.message:
                self.hide()
                return
            case "restarting" | "loading":
                actions = []
            case "unavailable":
                actions = self._retries()
            case "no_pack":
                actions = self._packs()
            case _:
                self.hide()
                return
        warns = condition.state not in {"restarting", "loading"}
        self.say(condition.message, condition.hint, actions=actions, warns=warns, closable=False)

    def _retries(self) -> list[Action]:
        again = Action(self.tr("Try again"), self._assistant.retry)
        on_cpu = Action(self.tr("Compute on the CPU"), lambda: self._assistant.use_cpu_only(True))
        return [again] if self._assistant.is_cpu_only else [again, on_cpu]

    def _packs(self) -> list[Action]:
        """The pack that comes with the program, where that is in order, and any other."""
        known = {manifest.id: manifest.name for _folder, manifest in list_packs()}
        folder = Action(self.tr("Use a pack folder…"), self.pack_folder_requested.emit)
        if SHIPPED_PACK not in known:
            return [folder]
        use = self.tr("Use {pack}").format(pack=known[SHIPPED_PACK])
        return [Action(use, lambda: self._assistant.use_pack(SHIPPED_PACK)), folder]
