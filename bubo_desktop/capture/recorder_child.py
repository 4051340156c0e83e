"""A recorder process for one order: see `bubo_desktop.protocol.recording`."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from bubo_desktop.client import Child, Patience, Role
from bubo_desktop.paths import program_command
from bubo_desktop.protocol.recording import Event

RECORDER = Role("recorder", Event, again="Open the microphone again.")


def recorder_child(command: Sequence[str] | None, parent: QObject) -> Child:
    """A recorder, to be started; without a command, the program's own."""
    return Child(command or [*program_command(), "--recorder"], RECORDER, Patience(), parent)
