"""Playing a recording, or a part of it. Qt's multimedia is loaded only when somebody is about to listen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QElapsedTimer, QIODevice, QObject, QTimer, QUrl, Signal

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QMediaPlayer

TICK_MS = 20

LoudspeakerCheck = Callable[[], bool]


def has_loudspeaker() -> bool:
    """Whether there is anything to listen with.

    Raises:
        ImportError: Qt's multimedia or a library that it needs is missing.
    """
    from PySide6.QtMultimedia import QMediaDevices

    return not QMediaDevices.defaultAudioOutput().isNull()


class Player(QObject):
    """Plays one recording.

    Signals:
        moved(float): the playhead is at this second.
        playing_changed(bool): it plays, or no longer.
    """

    moved = Signal(float)
    playing_changed = Signal(bool)

    def __init__(
        self, content: Path | bytes, finds_loudspeaker: LoudspeakerCheck, parent: QObject | None = None
    ) -> None:
        """Args: `content` is a file, or what would be in one; `finds_loudspeaker` does what `has_loudspeaker` does."""
        super().__init__(parent)
        self._content = content
        self._finds_loudspeaker = finds_loudspeaker
        self._player: QMediaPlayer | None = None
        self._is_loaded = False
        self._start_s = 0.0
        self._end_s = 0.0
        self._since_told = QElapsedTimer()
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._follow)

    @property
    def is_playing(self) -> bool:
        """Whether one can hear it."""
        return self._tick.isActive()

    def problem(self) -> str:
        """Why nothing can be heard here; empty where it can. The first call loads Qt's multimedia."""
        try:
            found = self._finds_loudspeaker()
        except ImportError:
            return self.tr("Sounds cannot be played: Qt's multimedia is not installed completely.")
        return "" if found else self.tr("Sounds cannot be played: no loudspeaker or headphones were found.")

    def play(self, start_s: float, end_s: float) -> None:
        """Plays from second to second."""
        self._start_s, self._end_s = start_s, end_s
        self._tick.start()
        self.playing_changed.emit(True)
        if self._player is None:
            self._player = self._open()
        else:
            self._begin()

    def pause(self) -> None:
        """Stops where it is."""
        if self.is_playing and self._player:
            self._tick.stop()
            self._player.pause()
            self.playing_changed.emit(False)

    def _open(self) -> QMediaPlayer:
        from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer

        player = QMediaPlayer(self)
        player.setAudioOutput(QAudioOutput(self))
        player.mediaStatusChanged.connect(self._take_status)
        player.positionChanged.connect(self._since_told.restart)
        if isinstance(self._content, Path):
            player.setSource(QUrl.fromLocalFile(str(self._content)))
        else:
            buffer = QBuffer(player)
            buffer.setData(self._content)
            buffer.open(QIODevice.OpenModeFlag.ReadOnly)
            player.setSourceDevice(buffer)
        return player

    def _take_status(self, status: QMediaPlayer.MediaStatus) -> None:
        """A position can be set only when the recording is loaded; seeking tells of that again."""
        if status is status.LoadedMedia and not self._is_loaded:
            self._is_loaded = True
            self._begin()
        elif status in {status.EndOfMedia, status.InvalidMedia}:
            self._end()

    def _begin(self) -> None:
        if self._player and self._is_loaded and self.is_playing:
            self._player.setPosition(round(self._start_s * 1000))
            self._since_told.restart()
            self._player.play()

    def _follow(self) -> None:
        """Qt tells the position too seldom for an eye and for the end of a short part."""
        if self._player is None or not self._player.isPlaying():
            return
        head_s = (self._player.position() + self._since_told.elapsed()) / 1000
        if head_s < self._end_s:
            self.moved.emit(head_s)
        else:
            self._end()

    def _end(self) -> None:
        if self.is_playing:
            self.moved.emit(self._end_s)
            self.pause()
