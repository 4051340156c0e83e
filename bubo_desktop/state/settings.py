"""What the program remembers of its user's choices, in one small file."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bubo_desktop.state.disk import write_whole

ThemeChoice = Literal["system", "light", "dark"]
LanguageChoice = Literal["system", "en", "es"]
MasksChoice = Literal["at_once", "sparing", "when_pointed_at"]
"""When objects are outlined: with the answer, so but not on battery, or when one is pointed at."""

_log = logging.getLogger(__name__)


class Settings(Struct, frozen=True, kw_only=True):
    """The choices. `window_geometry` is Qt's, as base64; `pack` an id or folder, empty for the program's own choice;
    `stage_ms` holds what stages took lately, by pack and stage. `camera` and `microphone` are ids, empty for the
    system's own choice, and `live_question` is what was asked last; that something was open is never kept.
    """

    window_geometry: str = ""
    column_widths_px: tuple[int, ...] = ()
    theme: ThemeChoice = "system"
    language: LanguageChoice = "system"
    pack: str = ""
    cpu_only: bool = False
    show_masks: bool = True
    show_boxes: bool = True
    masks: MasksChoice = "sparing"
    stage_ms: dict[str, float] = {}
    camera: str = ""
    microphone: str = ""
    mirror_camera: bool = True
    live_rate_per_s: float = 6.0
    live_question: str = ""
    read_aloud: bool = False


class SettingsFile:
    """The file of the settings. One that cannot be read counts as empty, and is kept beside the new one.

    Args:
        path: of the file; its folder exists.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.values = self._read()

    def change(self, **fields: Any) -> None:
        """Changes some of `values` and writes them all; where the disk refuses they hold until the program ends.

        Raises:
            TypeError: there is no such setting.
        """
        changed = replace(self.values, **fields)
        if changed == self.values:
            return
        self.values = changed
        try:
            write_whole(self._path, msgspec.json.format(msgspec.json.encode(changed)))
        except OSError:
            _log.warning("The settings cannot be written", exc_info=True)

    def _read(self) -> Settings:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Settings)
        except FileNotFoundError:
            return Settings()
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            _log.warning("The settings cannot be read", exc_info=True)
        try:
            self._path.replace(self._path.with_name(f"{self._path.stem}-unread{self._path.suffix}"))
        except OSError:
            _log.warning("The old settings cannot be kept", exc_info=True)
        return Settings()
