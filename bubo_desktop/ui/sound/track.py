"""One recording: a button that plays it, and its timeline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from bubo_desktop.data import SoundEvent
from bubo_desktop.errors import BuboError
from bubo_desktop.state.background import Background
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Attachment
from bubo_desktop.ui.announcement import announce
from bubo_desktop.ui.icons import IconButton
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.sound.player import LoudspeakerCheck, Player
from bubo_desktop.ui.sound.span import Span
from bubo_desktop.ui.sound.timeline import AXIS_PX, WAVE_PX, Timeline
from bubo_desktop.ui.theme import GRID_PX
from bubo_desktop.ui.tool_tips import plain_tip

N_PIECES = 1024  # of the waveform: more than bars ever stand side by side


class Track(QWidget):
    """Shows and plays one recording.

    Attributes:
        play_button: plays on from where it is, or pauses.
        timeline: the recording with its events.

    Signals:
        span_played(int): the event of this number was chosen; it is played where that is possible.
        began: it plays.
    """

    span_played = Signal(int)
    began = Signal()

    def __init__(
        self,
        attachment: Attachment,
        media: MediaStore,
        background: Background,
        finds_loudspeaker: LoudspeakerCheck,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._duration_s = attachment.duration_s
        self._events: tuple[SoundEvent, ...] = ()
        self._head_s = 0.0
        self._player = Player(media.path_of(attachment), finds_loudspeaker, self)
        self.name = PlainLabel("track_name", attachment.name, wraps=False)
        self.play_button = IconButton("play", self.tr("Play {name}").format(name=attachment.name))
        self.timeline = Timeline(attachment.duration_s)
        self._label = self.play_button.accessibleName()
        self._arrange()
        self._connect()
        reading = background.run(
            partial(media.waveform, attachment, N_PIECES), self.timeline.set_envelope, self._stay_flat
        )
        self.destroyed.connect(reading.abandon)

    def set_events(self, events: Sequence[SoundEvent]) -> None:
        """Shows what was heard in it."""
        if tuple(events) != self._events:
            self._events = tuple(events)
            self.timeline.set_events(events)
            previous: QWidget = self.play_button
            for span in self.timeline.spans:
                QWidget.setTabOrder(previous, span)
                previous = span

    def set_wave_height(self, wave_px: int) -> None:
        """Draws the waveform this high, and the button beside its middle."""
        self.timeline.set_wave_height(wave_px)
        self._rows.setRowMinimumHeight(2, AXIS_PX + (wave_px - WAVE_PX) // 2)

    def pause(self) -> None:
        """Is silent."""
        self._player.pause()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Looks for a loudspeaker when somebody is about to use the button: not before, because that takes time."""
        if event.type() in {QEvent.Type.Enter, QEvent.Type.FocusIn}:
            self._can_play()
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        self._rows = layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(GRID_PX)
        layout.setVerticalSpacing(GRID_PX // 2)
        layout.addWidget(self.name, 0, 1)
        layout.addWidget(self.play_button, 1, 0, Qt.AlignmentFlag.AlignBottom)
        layout.setRowMinimumHeight(2, AXIS_PX)  # the button stands beside the waveform
        layout.addWidget(self.timeline, 1, 1, 2, 1)
        layout.setColumnStretch(1, 1)

    def _connect(self) -> None:
        self.play_button.installEventFilter(self)
        self.play_button.clicked.connect(self._toggle)
        self.timeline.span_chosen.connect(self._play_span)
        self.timeline.moment_chosen.connect(self._play_from)
        self._player.moved.connect(self._follow)
        self._player.playing_changed.connect(self._show_playing)

    def _toggle(self) -> None:
        if self._player.is_playing:
            self._player.pause()
        else:
            self._play_from(self._head_s)

    def _play_span(self, span: Span) -> None:
        self.span_played.emit(span.number)
        self._play(span.heard.start_s, span.heard.end_s)

    def _play_from(self, start_s: float) -> None:
        self._play(start_s, self._duration_s)

    def _play(self, start_s: float, end_s: float) -> None:
        if self._can_play():
            self.began.emit()
            self._player.play(start_s, end_s)

    def _can_play(self) -> bool:
        """Whether it can be heard; the button says why not."""
        problem = self._player.problem()
        if problem and self.play_button.isEnabled():
            announce(self.play_button, problem)
        self.play_button.setEnabled(not problem)
        self.play_button.setToolTip(plain_tip(problem or self._label))
        return not problem

    def _follow(self, time_s: float) -> None:
        self._head_s = time_s if time_s < self._duration_s else 0.0
        self.timeline.set_head(self._head_s or None)

    def _show_playing(self, is_playing: bool) -> None:
        self.play_button.set_icon("pause" if is_playing else "play")
        self.play_button.setAccessibleName(self.tr("Pause") if is_playing else self._label)
        self.play_button.setToolTip(plain_tip(self.play_button.accessibleName()))

    def _stay_flat(self, error: BuboError) -> None:
        """What cannot be read has no waveform, and says why."""
        self.timeline.setToolTip(plain_tip(str(error)))
