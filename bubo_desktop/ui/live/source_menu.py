"""What can be looked at, and how often: cameras, the screen, and single pictures of the screen for the chat."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from bubo_desktop.capture.camera import cameras
from bubo_desktop.capture.frames import DeviceInfo
from bubo_desktop.capture.screen import screens, windows
from bubo_desktop.errors import DeviceError
from bubo_desktop.state.settings import SettingsFile

RATES_PER_S = (1, 2, 4, 6, 10)  # of looks; what the processor does goes with them


class SourceMenu(QMenu):
    """Made anew each time it is shown.

    Signals:
        camera_chosen(str), screen_chosen(str): this one is to be looked at.
        still_chosen(str): one picture of this screen or window is wanted in the chat.
        area_chosen: of a part of the screen.
        rate_chosen(float): so many looks a second are wanted.
    """

    camera_chosen = Signal(str)
    screen_chosen = Signal(str)
    still_chosen = Signal(str)
    area_chosen = Signal()
    rate_chosen = Signal(float)

    def __init__(self, settings_file: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings_file = settings_file
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for part in (*self.findChildren(QMenu), *self.findChildren(QActionGroup)):
            part.deleteLater()  # which clear() leaves
        self._title(self.tr("Look through a camera"))
        self._add_cameras()
        self.addSeparator()
        self._title(self.tr("Look at the screen"))
        for screen in screens():
            self._add(self, screen.name, self.screen_chosen, screen.id)
        self.addSeparator()
        self._title(self.tr("Picture of the screen into the chat"))
        for screen in screens():
            self._add(self, screen.name, self.still_chosen, screen.id)
        self.addAction(self.tr("An area…")).triggered.connect(self.area_chosen)
        self._add_windows(self.addMenu(self.tr("A window")))
        self.addSeparator()
        self._add_rates(self.addMenu(self.tr("How often to look")))

    def _add_cameras(self) -> None:
        try:
            there: Sequence[DeviceInfo] = cameras()
        except DeviceError as error:
            self._title(error.message)
            return
        if not there:
            self._title(self.tr("There is no camera."))
        group, chosen = QActionGroup(self), self._settings_file.values.camera
        for number, camera in enumerate(there):
            action = self._add(self, camera.name, self.camera_chosen, camera.id)
            action.setActionGroup(group)
            action.setCheckable(True)
            action.setChecked(camera.id == chosen or (not chosen and number == 0))

    def _add_windows(self, menu: QMenu) -> None:
        try:
            for window in windows():
                self._add(menu, window.name, self.still_chosen, window.id)
        except DeviceError as error:
            menu.addAction(error.message).setEnabled(False)

    def _add_rates(self, menu: QMenu) -> None:
        group, chosen = QActionGroup(self), self._settings_file.values.live_rate_per_s
        for rate_per_s in RATES_PER_S:
            action = menu.addAction(self.tr("{n} times a second").format(n=rate_per_s))
            action.setActionGroup(group)
            action.setCheckable(True)
            action.setChecked(rate_per_s == chosen)
            action.triggered.connect(lambda _checked, rate_per_s=rate_per_s: self.rate_chosen.emit(rate_per_s))

    def _title(self, words: str) -> None:
        self.addAction(words).setEnabled(False)

    def _add(self, menu: QMenu, name: str, chosen: object, device_id: str) -> QAction:
        action = menu.addAction(name.replace("&", "&&"))
        action.triggered.connect(lambda: chosen.emit(device_id))  # type: ignore[attr-defined]
        return action
