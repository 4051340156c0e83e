"""What a chat is about: pictures and sounds with what was found in them, in a column that is there when they are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bubo_desktop.state.workspace import Workspace
from bubo_desktop.ui.sound.pane import SoundPane
from bubo_desktop.ui.viewer.pane import PicturePane


class Findings(QWidget):
    """Pictures above sounds; it folds itself away where there is neither."""

    def __init__(self, state: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures = PicturePane(state.attention, state.media, state.background, state.settings)
        self.sounds = SoundPane(state.attention, state.media, state.background)
        self._live: QWidget | None = None
        layout = self._rows = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pictures, stretch=1)
        layout.addWidget(self.sounds, alignment=Qt.AlignmentFlag.AlignTop)
        self.pictures.has_picture_changed.connect(self._fold)
        self.sounds.has_sound_changed.connect(self._fold)
        self._fold()

    def set_live(self, pane: QWidget) -> None:
        """Gives live use the place of the pictures, as long as it is shown."""
        self._live = pane
        self._rows.insertWidget(0, pane, stretch=2)
        pane.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Makes room when live use begins or ends."""
        if watched is self._live and event.type() in {QEvent.Type.ShowToParent, QEvent.Type.HideToParent}:
            self._fold()
        return super().eventFilter(watched, event)

    def _fold(self) -> None:
        is_live = self._live is not None and not self._live.isHidden()
        self.pictures.setVisible(self.pictures.has_picture and not is_live)
        self.setVisible(is_live or self.pictures.has_picture or self.sounds.has_sound)
