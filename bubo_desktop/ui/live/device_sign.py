"""The sign that a camera, a microphone or the screen is in use: in the window, and in the system's tray."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSystemTrayIcon, QWidget

from bubo_desktop.state.devices import Devices, OpenDevice
from bubo_desktop.ui.icon_label import IconLabel
from bubo_desktop.ui.icons import icon
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.shortcuts import keys_of
from bubo_desktop.ui.theme import GRID_PX, Role
from bubo_desktop.ui.tool_tips import plain_tip

ICONS = {"camera": "camera", "microphone": "microphone", "screen": "picture"}


class DeviceSign(QFrame):
    """Seen as long as any device is in use, and only then.

    Signals:
        stop_requested: all of them are to be closed.
        log_requested: when which of them was used is to be shown.
    """

    stop_requested = Signal()
    log_requested = Signal()

    def __init__(self, devices: Devices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("device_sign")
        self._devices = devices
        self._icons = {kind: IconLabel(name, Role.BrightText) for kind, name in ICONS.items()}
        self._words = PlainLabel("device_words")
        self._tray: QSystemTrayIcon | None = None
        stop = QPushButton(self.tr("Stop all"))
        stop.setToolTip(plain_tip(keys_of("stop_devices")))
        log = QPushButton(self.tr("Log"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID_PX * 3 // 2, GRID_PX // 2, GRID_PX // 2, GRID_PX // 2)
        for part in self._icons.values():
            layout.addWidget(part)
        layout.addWidget(self._words, 1)
        for button, signal in ((log, self.log_requested), (stop, self.stop_requested)):
            button.setObjectName("quiet_button")
            button.clicked.connect(signal)
            layout.addWidget(button)
        devices.changed.connect(self._show)
        self._show()

    @property
    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def tell(self, title: str, sentence: str) -> None:
        """Says something where the user is in other windows."""
        if self._tray and self._tray.isVisible():
            self._tray.showMessage(title, sentence, self._tray.icon())

    def _show(self) -> None:
        used = self._devices.open_devices
        for kind, part in self._icons.items():
            part.setVisible(any(device.kind == kind for device in used))
        self._words.setText("; ".join(map(_described, used)))
        self.setVisible(bool(used))
        self._show_in_tray(used)

    def _show_in_tray(self, used: tuple[OpenDevice, ...]) -> None:
        """The tray's icon is there only while it has something to say."""
        if not used:
            if self._tray:
                self._tray.hide()
            return
        if self._tray is None and QSystemTrayIcon.isSystemTrayAvailable():
            self._tray = QSystemTrayIcon(self)
        if self._tray:
            colour = self.palette().color(QPalette.ColorRole.BrightText)
            self._tray.setIcon(icon(ICONS[used[0].kind], colour))
            self._tray.setToolTip(f"Bubo: {self.words}")
            self._tray.show()


def _described(device: OpenDevice) -> str:
    translate = QCoreApplication.translate
    # What systems call a microphone is often no more than "default".
    named = translate("DeviceSign", "Microphone ({name})") if device.kind == "microphone" else "{name}"
    name = named.format(name=device.name)
    if device.is_flowing:
        return translate("DeviceSign", "{name} is on").format(name=name)
    return translate("DeviceSign", "{name} is open, nothing comes").format(name=name)
