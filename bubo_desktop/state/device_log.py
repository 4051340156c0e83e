"""The log of which microphone, camera or screen was in use, and when; nothing of what was recorded.

The file is plain text, one line of four columns with tabs between them:

    since   until   kind   name

The times are local, in ISO 8601 with the distance from UTC. A line is written when a device is opened, with `-` for
`until`, and one when it is closed, with the same `since`: a use that has only the first is in progress, or the program
was ended by force. A file that has reached `MAX_FILE_BYTES` becomes `*.old.*`, in place of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, cast, get_args

from bubo_desktop.state.disk import private

DeviceKind = Literal["microphone", "camera", "screen"]

MAX_FILE_BYTES = 256 * 1024  # more than a thousand uses
_OPEN = "-"


@dataclass(frozen=True, slots=True)
class Use:
    """A device was in use `since` then and `until` then, both with their time zone.

    `until` is None for one that is in use, or was when the program was ended by force.
    """

    kind: DeviceKind
    name: str
    since: datetime
    until: datetime | None = None


class DeviceLog:
    """The file of the log. Several processes may write it: a line is written at one stroke.

    Args:
        path: of the file; its folder exists.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._old_path = path.with_suffix(f".old{path.suffix}")

    def note(self, use: Use) -> None:
        """Adds a line. Raises `OSError` where the disk refuses."""
        until = _written(use.until) if use.until else _OPEN
        line = "\t".join((_written(use.since), until, use.kind, " ".join(use.name.split())))
        if self._path.exists() and self._path.stat().st_size >= MAX_FILE_BYTES:
            self._path.replace(self._old_path)
        with open(self._path, "ab", buffering=0, opener=private) as file:
            file.write(f"{line}\n".encode())

    def read(self) -> tuple[Use, ...]:
        """Returns the uses in the order in which they began; lines that are none are passed over.

        Raises:
            OSError: a file is there and cannot be read.
        """
        uses: dict[Use, Use] = {}
        for path in (self._old_path, self._path):
            if path.exists():
                for line in path.read_text("utf-8", "replace").splitlines():
                    use = _read_use(line)
                    if use:
                        uses[replace(use, until=None)] = use
        return tuple(sorted(uses.values(), key=lambda use: use.since))


def _written(time: datetime) -> str:
    return time.astimezone().isoformat(timespec="milliseconds")


def _read_use(line: str) -> Use | None:
    """The use of a line; None where it is damaged."""
    since, until, kind, name, *_ = (*line.split("\t"), "", "", "", "")
    if kind not in get_args(DeviceKind):
        return None
    try:
        ended = None if until == _OPEN else datetime.fromisoformat(until).astimezone()
        return Use(cast("DeviceKind", kind), name, datetime.fromisoformat(since).astimezone(), ended)
    except ValueError:
        return None
