"""The sounds that the shown answer is about, and what was heard in them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from bubo_desktop.state.attention import NOTHING, Attention, EventRef
from bubo_desktop.state.background import Background
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Attachment
from bubo_desktop.ui.sound.player import LoudspeakerCheck, has_loudspeaker
from bubo_desktop.ui.sound.timeline import WAVE_PX
from bubo_desktop.ui.sound.track import Track
from bubo_desktop.ui.theme import GRID_PX

ALONE_PX = 96  # the height of a waveform that has the column for itself


class SoundPane(QScrollArea):
    """Shows each recording along time. Words and events light each other; a click plays.

    Signals:
        has_sound_changed(bool): there is a recording to show, or no longer.
    """

    has_sound_changed = Signal(bool)

    def __init__(
        self,
        attention: Attention,
        media: MediaStore,
        background: Background,
        parent: QWidget | None = None,
        finds_loudspeaker: LoudspeakerCheck = has_loudspeaker,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sound_pane")
        self.setAccessibleName(self.tr("Sounds"))
        self._attention = attention
        self._media = media
        self._background = background
        self._finds_loudspeaker = finds_loudspeaker
        self._sounds: tuple[Attachment, ...] = ()
        self._tracks: list[Track] = []
        self._arrange()
        self.hide()
        attention.shown_changed.connect(self._show_exchange)
        attention.lit_changed.connect(self._show_lit)
        self._show_exchange()

    def _arrange(self) -> None:
        """As high as its recordings; where there is no room for that, they are scrolled."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setWidgetResizable(True)
        self._content = QWidget()
        self._rows = QVBoxLayout(self._content)
        self._rows.setContentsMargins(GRID_PX, GRID_PX, GRID_PX, GRID_PX)
        self._rows.setSpacing(GRID_PX)
        self.setWidget(self._content)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """That of the recordings as they are now; Qt's own would be that of when they came."""
        return self._content.sizeHint()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Asks for more room when the recordings need it."""
        if watched is self._content and event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    @property
    def has_sound(self) -> bool:
        """Whether there is a recording to show."""
        return bool(self._sounds)

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The recordings, in the order of their findings."""
        return tuple(self._tracks)

    def _show_exchange(self) -> None:
        shown = self._attention.shown
        self._set_sounds(self._attention.sounds)
        for number, track in enumerate(self._tracks):
            heard = shown.answer.sounds if shown else ()
            track.set_events(heard[number].events if number < len(heard) else ())
            track.set_wave_height(WAVE_PX if self._attention.pictures else ALONE_PX)
        self._show_lit()

    def _set_sounds(self, sounds: tuple[Attachment, ...]) -> None:
        if sounds == self._sounds:
            return
        had_sound, self._sounds = self.has_sound, sounds
        for track in self._tracks:
            self._take_away(track)
        self._tracks = [self._track_of(number, sound) for number, sound in enumerate(sounds)]
        self.setVisible(self.has_sound)
        if self.has_sound != had_sound:
            self.has_sound_changed.emit(self.has_sound)

    def _track_of(self, number: int, sound: Attachment) -> Track:
        track = Track(sound, self._media, self._background, self._finds_loudspeaker)
        track.name.setVisible(len(self._sounds) > 1)
        track.timeline.pointed.connect(partial(self._hover, number))
        track.span_played.connect(partial(self._pin, number))
        track.began.connect(partial(self._silence_others, track))
        self._rows.addWidget(track)
        return track

    def _take_away(self, track: Track) -> None:
        track.pause()
        self._rows.removeWidget(track)
        track.hide()
        track.deleteLater()

    def _hover(self, sound: int, events: tuple[int, ...]) -> None:
        if shown := self._attention.shown:
            self._attention.hover(shown, frozenset(EventRef(sound, event) for event in events) or NOTHING)

    def _pin(self, sound: int, event: int) -> None:
        if shown := self._attention.shown:
            self._attention.pin(shown, frozenset({EventRef(sound, event)}))

    def _silence_others(self, playing: Track) -> None:
        for track in self._tracks:
            if track is not playing:
                track.pause()

    def _show_lit(self) -> None:
        lit = {target for target in self._attention.lit if isinstance(target, EventRef)}
        for number, track in enumerate(self._tracks):
            track.timeline.set_lit(frozenset(target.event for target in lit if target.sound == number))
