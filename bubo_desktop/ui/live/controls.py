"""What passes between live use, the chat and the rest of the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from bubo_desktop.capture.screen import Still
from bubo_desktop.errors import BuboError
from bubo_desktop.state.live.live import Live
from bubo_desktop.state.live.moment import dated_name
from bubo_desktop.state.live.scene import Noticed
from bubo_desktop.state.workspace import Workspace
from bubo_desktop.ui.composer.bar import Composer
from bubo_desktop.ui.composer.offer import png_of
from bubo_desktop.ui.live.area_picker import AreaPicker
from bubo_desktop.ui.live.chat_lights import ChatLights
from bubo_desktop.ui.live.device_log import DeviceLogDialog
from bubo_desktop.ui.live.device_sign import DeviceSign
from bubo_desktop.ui.live.pane import LivePane
from bubo_desktop.ui.notices import Notices
from bubo_desktop.ui.shortcuts import keys_of


class LiveControls(QObject):
    """Begins and ends live use, and brings what is seen into the chat.

    Attributes:
        pane: where live use is seen.
        sign: that a device is in use.
    """

    def __init__(self, state: Workspace, composer: Composer, notices: Notices, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._composer, self._notices = state, composer, notices
        self._live: Live = state.live
        self.pane = LivePane(self._live, state.settings, state.background)
        self.sign = DeviceSign(self._live.devices)
        self._chat_lights = ChatLights(state.attention, self)
        self._still: Still | None = None
        self._picker: AreaPicker | None = None
        self._wants_area = False
        self._connect()
        for shortcut_id, act in (
            ("live", self.toggle), ("snapshot", self.take_snapshot), ("stop_devices", self._live.stop_all),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys_of(shortcut_id)), window, act)

    def toggle(self) -> None:
        """Begins with the camera that was used last, or ends live use."""
        if self.pane.isVisible():
            self._live.stop_looking()
        else:
            self._begin(self._live.open_camera)

    def take_snapshot(self) -> None:
        """Attaches the picture of now, and the sound of the last seconds where the microphone is open."""
        try:
            self._live.attach_moment()
        except BuboError as error:
            self._composer.show_problem(error)

    def _connect(self) -> None:
        live, pane, menu = self._live, self.pane, self.pane.menu
        self._composer.live_button.clicked.connect(self.toggle)
        pane.snapshot_requested.connect(self.take_snapshot)
        pane.keep_requested.connect(self._ask_in_chat)
        pane.close_requested.connect(live.stop_looking)
        menu.camera_chosen.connect(self._look_through)
        menu.screen_chosen.connect(self._look_at_screen)
        menu.still_chosen.connect(self._take_still)
        menu.area_chosen.connect(self._take_area)
        menu.rate_chosen.connect(live.set_rate)
        self._chat_lights.changed.connect(pane.view.light)
        live.ended.connect(pane.end)
        live.fault.connect(pane.show_problem)
        live.flowing.connect(pane.problem.hide)
        live.watching.noticed.connect(self._tell_noticed)
        live.devices.trouble.connect(self._notices.show_problem)
        live.devices.left_alone.connect(self._tell_left_alone)
        self.sign.stop_requested.connect(live.stop_all)
        self.sign.log_requested.connect(self._show_log)

    def _look_through(self, device_id: str) -> None:
        self._begin(lambda: self._live.open_camera(device_id))

    def _look_at_screen(self, device_id: str) -> None:
        self._begin(lambda: self._live.open_screen(device_id))

    def _begin(self, open_source: Callable[[], None]) -> None:
        """What is wrong with a device may be said before the opening returns."""
        self.pane.problem.hide()
        open_source()
        self.pane.begin()

    def _ask_in_chat(self, question: str) -> None:
        try:
            self._live.ask_about_moment(question)
        except BuboError as error:
            self._composer.show_problem(error)

    def _take_area(self) -> None:
        self._take_still("", wants_area=True)

    def _take_still(self, device_id: str, *, wants_area: bool = False) -> None:
        if self._still is None:
            self._still = Still(self)
            self._still.taken.connect(self._keep_still)
            self._still.refused.connect(self._composer.show_problem)
        self._wants_area = wants_area
        self._still.take(device_id)

    def _keep_still(self, picture: QImage) -> None:
        if self._wants_area:
            self._picker = AreaPicker(picture)
            self._picker.chosen.connect(self._attach)
            self._picker.pick()
        else:
            self._attach(picture)

    def _attach(self, picture: QImage) -> None:
        self._state.draft.add_picture(lambda: png_of(picture), dated_name(self.tr("Screen"), "png"))

    def _tell_noticed(self, noticed: Noticed) -> None:
        """In the window, and outside of it where the user is elsewhere."""
        sentence = self.tr("Noticed: {what}").format(what=", ".join(noticed.labels))
        self._notices.show_note(sentence)
        if not self.sign.isActiveWindow():
            QApplication.alert(self.sign.window())
            self.sign.tell("Bubo", sentence)

    def _tell_left_alone(self) -> None:
        self._notices.show_note(self.tr("The devices were closed because nobody is at the screen."))

    def _show_log(self) -> None:
        DeviceLogDialog(self._live.devices.read_log(), self.sign.window()).open()
