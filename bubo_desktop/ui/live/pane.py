"""The pane of live use: the moving picture, what is asked about it, and what is watched for."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from bubo_desktop.errors import BuboError, DeviceError
from bubo_desktop.state.background import Background
from bubo_desktop.state.live.live import Live
from bubo_desktop.state.live.standing import preset_questions
from bubo_desktop.state.settings import SettingsFile
from bubo_desktop.ui.durations import in_seconds
from bubo_desktop.ui.icons import IconButton, icon
from bubo_desktop.ui.live.answer_line import AnswerLine
from bubo_desktop.ui.live.noticed_list import NoticedList
from bubo_desktop.ui.live.source_menu import SourceMenu
from bubo_desktop.ui.live.task_row import TaskRow
from bubo_desktop.ui.live.view import LiveView
from bubo_desktop.ui.message_bar import Action, MessageBar
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.shortcuts import keys_of
from bubo_desktop.ui.theme import GRID_PX, Role

FIGURES_MS = 500


class LivePane(QWidget):
    """Hidden while nothing is looked at.

    Attributes:
        menu: what can be looked at.

    Signals:
        snapshot_requested: the picture of now is wanted in the chat.
        keep_requested(str): this question is to be asked about now, in the chat.
        close_requested: nothing is to be looked at any more.
    """

    snapshot_requested = Signal()
    keep_requested = Signal(str)
    close_requested = Signal()

    def __init__(
        self, live: Live, settings_file: SettingsFile, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._live, self._settings_file = live, settings_file
        self.view = LiveView(background)
        self.problem = MessageBar()
        self.menu = SourceMenu(settings_file, self)
        self.answer = AnswerLine(live.standing)
        self.noticed = NoticedList()
        self.question = TaskRow(
            self.tr("Ask again and again"), self.tr("Ask"), self.tr("Stop asking"), preset_questions()
        )
        self.watch = TaskRow(self.tr("Tell me when you see or hear…"), self.tr("Watch"), self.tr("Stop watching"))
        self._source = QToolButton()
        self._mirror = IconButton("mirror", self.tr("Show as in a mirror"))
        self._snapshot = IconButton("snapshot", self.tr("Picture into the chat"), keys_of("snapshot"))
        self._close = IconButton("close", self.tr("End live use"), keys_of("live"))
        self._figures = PlainLabel("live_figures")
        self._tick = QTimer(self, interval=FIGURES_MS)
        self._tick.timeout.connect(self._show_figures)
        self._arrange()
        self._connect()
        self.hide()

    def begin(self) -> None:
        """Shows the source that was opened, and looks at it."""
        self.view.set_source(self._live.source)
        self._show_mirrored(self._settings_file.values.mirror_camera)
        self._show_name(self._live.source.device_name)
        self._live.look()
        self._tick.start()
        self.show()

    def end(self) -> None:
        """Shows nothing any more."""
        self._tick.stop()
        self.view.set_source(None)
        self.end_tasks()
        self.hide()

    def end_tasks(self) -> None:
        """Asks and watches for nothing."""
        self._live.standing.stop()
        self._live.watching.stop()
        self.question.set_on(False)
        self.watch.set_on(False)
        self.answer.clear()

    def show_problem(self, error: BuboError) -> None:
        """Says why nothing is seen, and offers another attempt where that may help."""
        again = [Action(self.tr("Try again"), self._open_again)] if isinstance(error, DeviceError) else []
        self.problem.say(error.message, error.hint, actions=again, warns=True)

    def _arrange(self) -> None:
        self._source.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._source.setMenu(self.menu)
        self._source.setAccessibleName(self.tr("What is looked at"))
        self._source.setIcon(icon("chevron-down", self.palette().color(Role.ButtonText)))
        self._source.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._source.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow behind the name
        self._mirror.setCheckable(True)
        bar = QHBoxLayout()
        bar.addWidget(self._source)
        bar.addStretch(1)
        for part in (self._mirror, self._snapshot, self._close):
            bar.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID_PX, GRID_PX, GRID_PX, GRID_PX)
        layout.setSpacing(GRID_PX)
        layout.addLayout(bar)
        layout.addWidget(self.problem)
        layout.addWidget(self.view, 1)
        for row in (self._figures, self.answer, self.question, self.watch, self.noticed):
            layout.addWidget(row)

    def _connect(self) -> None:
        live = self._live
        live.looking.seen.connect(self.view.set_scene)
        live.looking.moved.connect(self.view.set_places)
        for activity in (live.looking, live.standing, live.watching):
            activity.trouble.connect(self.show_problem)
        live.watching.trouble.connect(self._note_watching)
        live.watching.noticed.connect(self.noticed.add)
        self.answer.spoken_of.connect(self.view.light)
        self.answer.keep_requested.connect(lambda: self.keep_requested.emit(live.standing.question))
        self.question.begun.connect(self._ask)
        self.question.ended.connect(self._stop_asking)
        self.watch.begun.connect(self._watch_for)
        self.watch.ended.connect(self._stop_watching)
        self._mirror.toggled.connect(self._choose_mirrored)
        self._snapshot.clicked.connect(self.snapshot_requested)
        self._close.clicked.connect(self.close_requested)

    def _open_again(self) -> None:
        self._live.open_again()

    def _ask(self, question: str) -> None:
        self._live.ask(question)
        self.question.set_on(True)
        self.answer.wait()

    def _stop_asking(self) -> None:
        self._live.standing.stop()
        self.question.set_on(False)
        self.answer.clear()

    def _watch_for(self, words: str) -> None:
        self.problem.hide()
        self._live.watch_for(words)
        self.watch.set_on(True)

    def _stop_watching(self) -> None:
        self._live.watching.stop()
        self.watch.set_on(False)

    def _note_watching(self, _error: BuboError) -> None:
        """A word that the pack does not know ends the watching."""
        self.watch.set_on(bool(self._live.watching.words))

    def _choose_mirrored(self, is_mirrored: bool) -> None:
        self._live.set_mirrored(is_mirrored)
        self._show_mirrored(is_mirrored)

    def _show_mirrored(self, is_mirrored: bool) -> None:
        """A screen is never mirrored."""
        is_camera = self._live.source is self._live.camera
        self._mirror.setVisible(is_camera)
        self._mirror.setChecked(is_mirrored)
        self.view.set_mirrored(is_mirrored and is_camera)

    def _show_name(self, name: str) -> None:
        self._source.setText(name or self.tr("Opening…"))

    def _show_figures(self) -> None:
        source, looking = self._live.source, self._live.looking
        self._show_name(source.device_name)
        if not source.fps:
            self._figures.clear()
            return
        parts = [self.tr("{n} pictures/s").format(n=round(source.fps))]
        if looking.detections_per_s:
            parts.append(self.tr("{n} looks/s").format(n=round(looking.detections_per_s)))
        if looking.age_s < float("inf"):
            parts.append(self.tr("boxes {age} old").format(age=in_seconds(looking.age_s)))
        self._figures.setText(" · ".join(parts))
