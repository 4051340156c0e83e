"""What a chat is about: pictures and sounds with what was found in them, in a column that is there when they are."""

from __future__ import annotations

from PySide6.QtCore import Qt
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
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pictures, stretch=1)
        layout.addWidget(self.sounds, alignment=Qt.AlignmentFlag.AlignTop)
        self.pictures.has_picture_changed.connect(self._fold)
        self.sounds.has_sound_changed.connect(self._fold)
        self._fold()

    def _fold(self) -> None:
        self.pictures.setVisible(self.pictures.has_picture)
        self.setVisible(self.pictures.has_picture or self.sounds.has_sound)
