"""Who answers: the pack that was chosen, the engine that runs it, and in what condition they are."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QElapsedTimer, QObject, Signal

from bubo_desktop.client import Ending, EngineClient, EngineState
from bubo_desktop.errors import BuboError, PackError
from bubo_desktop.packs.catalog import find_pack
from bubo_desktop.packs.manifest import Manifest, read_manifest
from bubo_desktop.paths import SHIPPED_PACK
from bubo_desktop.protocol import Failed, Loading, Ready
from bubo_desktop.state.settings import SettingsFile

ALL_LAYERS = -1
NOTICED_MS = 2000  # of tuning: who waits longer wants to know what for


class Condition(Struct, frozen=True, kw_only=True):
    """How the engine is, in words for the user.

    `fraction` (0..1) of the pack is loaded, and it `is_tuning` while the fastest way to run it is measured, once;
    `message` and `hint` say what went wrong and what to do, or what is waited for; `device` and `notes` are what the
    engine said of itself when it became ready.
    """

    state: Literal["stopped", "loading", "ready", "restarting", "unavailable", "no_pack"] = "stopped"
    fraction: float = 0.0
    is_tuning: bool = False
    pack_name: str = ""
    device: str = ""
    message: str = ""
    hint: str = ""
    notes: tuple[str, ...] = ()


class Assistant(QObject):
    """Runs one pack at a time.

    Signals:
        condition_changed: `condition` is another, and `manifest` may be.
        refused(BuboError): the pack that was to be used instead cannot be; all is as it was.
    """

    condition_changed = Signal()
    refused = Signal(BuboError)

    def __init__(self, client: EngineClient, settings_file: SettingsFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._settings_file = settings_file
        self._pack = settings_file.values.pack or SHIPPED_PACK
        self._cpu_only = settings_file.values.cpu_only
        self._folder = Path()
        self._manifest: Manifest | None = None
        self._condition = Condition()
        self._starts_anew = False
        self._tuning = QElapsedTimer()
        self._find()  # quick, so that the first paint can show the pack's samples
        client.state_changed.connect(self._take_state)
        client.loading.connect(self._take_loading)
        client.ready.connect(self._take_ready)
        client.restarting.connect(self._take_restarting)
        client.unavailable.connect(self._give_up)

    @property
    def condition(self) -> Condition:
        """How the engine is now."""
        return self._condition

    @property
    def manifest(self) -> Manifest | None:
        """What the pack says of itself: its name, its samples, what it does not know. None where there is no pack."""
        return self._manifest

    @property
    def pack_dir(self) -> Path:
        """The folder to which paths in `manifest` are relative."""
        return self._folder

    @property
    def is_cpu_only(self) -> bool:
        """Whether graphics devices are left alone."""
        return self._cpu_only

    def start(self, pack: str | None = None, *, cpu_only: bool = False) -> None:
        """Starts the engine; call it after the first paint. One that runs is left alone.

        Args:
            pack: id or folder of another pack than the settings say, for this once.
            cpu_only: leaves graphics devices alone, for this once, whatever the settings say.
        """
        if self._is_running:
            return
        self._starts_anew = False
        self._pack = pack or self._pack
        self._cpu_only = cpu_only or self._cpu_only
        if self._announce():
            try:
                self._client.start(self._folder, 0 if self._cpu_only else ALL_LAYERS)
            except BuboError as error:
                self._give_up(error)

    def use_pack(self, id_or_dir: str) -> None:
        """Answers with another pack from now on; where that cannot be used, `refused` follows and nothing changes."""
        try:
            find_pack(id_or_dir)
        except PackError as error:
            self.refused.emit(error)
            return
        self._pack = id_or_dir
        self._settings_file.change(pack=id_or_dir)
        self.retry()

    def use_cpu_only(self, cpu_only: bool) -> None:
        """Leaves graphics devices alone from now on, or no longer."""
        self._cpu_only = cpu_only
        self._settings_file.change(cpu_only=cpu_only)
        self.retry()

    def retry(self) -> None:
        """Starts anew: at once, or when the engine that runs has ended."""
        if self._is_running:
            self._starts_anew = True
            self._announce()
            self._client.stop()
        else:
            self.start()

    def stop(self) -> None:
        """Begins to end the engine; the client's state `stopped` is its end. What is being answered is kept."""
        self._starts_anew = False
        self._client.stop()

    @property
    def _is_running(self) -> bool:
        return self._client.state not in {EngineState.stopped, EngineState.unavailable}

    @property
    def _name(self) -> str:
        return self._manifest.name if self._manifest else ""

    def _announce(self) -> bool:
        """Says what is about to be loaded, if it can be found."""
        is_there = self._find()
        if is_there:
            self._set(Condition(state="loading", pack_name=self._name))
        return is_there

    def _find(self) -> bool:
        try:
            self._folder = find_pack(self._pack)
            self._manifest = read_manifest(self._folder)
        except PackError as error:
            self._manifest = None
            self._set(Condition(state="no_pack", message=error.message, hint=error.hint))
        return self._manifest is not None

    def _take_state(self, state: EngineState) -> None:
        if state is EngineState.stopped:
            if self._starts_anew:
                self.start()
            else:
                self._set(Condition(pack_name=self._name))

    def _take_loading(self, loading: Loading) -> None:
        is_tuning = loading.part == "tuning"
        if is_tuning and not self._condition.is_tuning:
            self._tuning.start()
        message = hint = ""
        if is_tuning and self._tuning.elapsed() > NOTICED_MS:
            message = self.tr("Bubo measures how this pack runs fastest on this computer.")
            hint = self.tr("This is done once and takes a minute or two.")
        changes = {"fraction": loading.fraction, "is_tuning": is_tuning, "message": message, "hint": hint}
        self._set(replace(self._condition, **changes))

    def _take_ready(self, ready: Ready) -> None:
        self._set(Condition(state="ready", pack_name=ready.pack_name, device=ready.device, notes=ready.notes))

    def _take_restarting(self, ending: Ending) -> None:
        kept = self.tr("{reason} The engine is starting again; your question and what was answered are kept.")
        self._set(Condition(state="restarting", pack_name=self._name, message=kept.format(reason=ending.message)))

    def _give_up(self, why: BuboError | Failed) -> None:
        self._set(Condition(state="unavailable", pack_name=self._name, message=why.message, hint=why.hint))

    def _set(self, condition: Condition) -> None:
        if condition != self._condition:
            self._condition = condition
            self.condition_changed.emit()
