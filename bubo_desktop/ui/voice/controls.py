"""What passes between the microphone, the strip, the question and the chat."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from bubo_desktop.capture.microphone_list import MicrophoneList
from bubo_desktop.errors import BuboError
from bubo_desktop.sounds import encode_wav
from bubo_desktop.state.live.live import Live
from bubo_desktop.state.settings import SettingsFile
from bubo_desktop.ui.composer.bar import Composer
from bubo_desktop.ui.notices import Notices
from bubo_desktop.ui.shortcuts import keys_of
from bubo_desktop.ui.sound.player import Player, has_loudspeaker
from bubo_desktop.ui.transcript.view import Transcript
from bubo_desktop.ui.voice.held_key import HeldKey
from bubo_desktop.ui.voice.microphone_menu import MicrophoneMenu
from bubo_desktop.ui.voice.strip import VoiceStrip


class VoiceControls(QObject):
    """Lets the user speak, record, and be read to.

    Attributes:
        strip: above the question.
        menu: of the microphone's button.
    """

    def __init__(
        self,
        live: Live,
        settings_file: SettingsFile,
        composer: Composer,
        transcript: Transcript,
        notices: Notices,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._live, self._recording = live, live.recording
        self._composer, self._transcript, self._notices = composer, transcript, notices
        self._player: Player | None = None
        self._ends_with_touch = False
        self.strip = VoiceStrip(live.recording)
        self.menu = MicrophoneMenu(settings_file, MicrophoneList(parent=self), window)
        composer.add_strip(self.strip)
        self._connect_button(HeldKey(keys_of("talk"), window))
        self._connect_menu()
        self._connect_strip()
        self._connect_reading()
        QShortcut(QKeySequence(keys_of("noise")), window, self.ask_about_noise)

    def ask_about_noise(self) -> None:
        """Asks what was heard just now; where nothing was kept, it begins to be kept."""
        if not self._live.microphone.is_open:
            self._live.listen(is_wanted=True)
            return
        try:
            self._live.ask_about_noise()
        except BuboError as error:
            self._composer.show_problem(error)

    def _connect_button(self, key: HeldKey) -> None:
        button = self._composer.microphone_button
        key.pressed.connect(button.hold)
        key.released.connect(button.let)
        button.approached.connect(self._live.microphone.prepare)
        button.held.connect(self._begin)
        button.touched.connect(self._take_touch)
        button.let_go.connect(lambda: self._recording.finish(as_question=True))
        button.customContextMenuRequested.connect(lambda at: self.menu.popup(button.mapToGlobal(at)))

    def _connect_menu(self) -> None:
        self.menu.aboutToShow.connect(lambda: self.menu.set_listening(self._live.microphone.is_open))
        self.menu.microphone_chosen.connect(self._live.use_microphone)
        self.menu.speak_requested.connect(lambda: self._recording.begin(until_silence=True))
        self.menu.listening_chosen.connect(self._live.listen)
        self.menu.reading_chosen.connect(self._live.reading.choose)

    def _connect_strip(self) -> None:
        microphone = self._live.microphone
        microphone.level.connect(self.strip.meter.set_level)
        microphone.clipped.connect(self.strip.meter.warn)
        for signal in (microphone.opened, microphone.closed):
            signal.connect(self._show_device)
        microphone.fault.connect(self._show_fault)
        self.strip.play_requested.connect(self._play)
        self.strip.noise_requested.connect(self.ask_about_noise)
        self.strip.stop_requested.connect(microphone.close)
        self.strip.menu_requested.connect(lambda: self.menu.popup(self.strip.mapToGlobal(QPoint(0, 0))))
        self._recording.changed.connect(self._hush_player)
        self._recording.recognised.connect(self._composer.add_words)
        self._recording.trouble.connect(self._composer.show_problem)
        self._recording.discarded.connect(self._offer_undo)

    def _connect_reading(self) -> None:
        reading = self._live.reading
        self._transcript.reading_requested.connect(reading.toggle)
        reading.changed.connect(self._show_reading)
        reading.trouble.connect(self._notices.show_problem)

    def _begin(self) -> None:
        """Pressed: what is being recorded ends with this touch, else something begins."""
        self._ends_with_touch = self._recording.state in {"opening", "recording"}
        if not self._ends_with_touch:
            self._composer.problem.hide()
            self._recording.begin()

    def _take_touch(self) -> None:
        if self._ends_with_touch:
            self._recording.finish()

    def _show_reading(self) -> None:
        self._transcript.set_reading(self._live.reading.exchange_id)

    def _offer_undo(self, undo: Callable[[], object]) -> None:
        self._notices.show_undo(self.tr("The recording was thrown away."), undo)

    def _show_device(self, _name: str) -> None:
        microphone = self._live.microphone
        self.strip.set_device(microphone.device_name)
        self.strip.set_listening(bool(microphone.device_name))

    def _show_fault(self, error: BuboError) -> None:
        """Recordings tell of their own."""
        if self._live.microphone.is_open and self._recording.state == "off":
            self._composer.show_problem(error)

    def _play(self) -> None:
        if self._player and self._player.is_playing:
            self._player.pause()
        elif clip := self._recording.clip:
            self._player = self._player or self._new_player(encode_wav(clip))
            problem = self._player.problem()
            if problem:
                self._notices.show_note(problem)
            else:
                self._player.play(0.0, self._recording.duration_s)

    def _new_player(self, wav: bytes) -> Player:
        player = Player(wav, has_loudspeaker, self)
        player.playing_changed.connect(self.strip.set_playing)
        return player

    def _hush_player(self) -> None:
        """Another recording takes another player."""
        if self._player and self._recording.state != "writing_down":
            self._player.pause()
            self._player.deleteLater()
            self._player = None
