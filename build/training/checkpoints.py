"""What a run needs to go on after it was killed at any moment: what learns, its optimiser, and the step."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

from build.errors import BuildError

N_KEPT = 2
_SUFFIX, _UNFINISHED = ".pt", ".part"


class Checkpoints:
    """A folder of checkpoints, of which the last two are kept: one damaged by a dying disk does not lose the run.

    Args:
        folder: theirs alone.
        settings: of the run, which must be the same when it goes on.
    """

    def __init__(self, folder: Path, settings: str) -> None:
        self._folder, self._settings = folder, settings

    def save(self, step: int, state: dict[str, Any]) -> None:
        """Writes the state after so many steps; a reader never sees half a file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._folder / f"step-{step:08}{_SUFFIX}", {"step": step, "settings": self._settings, **state})
        for old in self._newest_first()[N_KEPT:]:
            old.unlink()

    def load(self) -> dict[str, Any] | None:
        """The newest state that can be read, with its `step`; None where there is none.

        Raises:
            BuildError: it is of a run with other settings.
        """
        for path in self._newest_first():
            try:
                state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
            except Exception:  # noqa: BLE001, S112  # whatever damaged bytes lead the unpickler to: the one before it
                continue
            if state["settings"] != self._settings:
                raise BuildError(
                    f"{self._folder.parent} holds a run with other settings: go on with the same ones, or choose"
                    " another --out."
                )
            return state
        return None

    def _newest_first(self) -> list[Path]:
        return sorted(self._folder.glob(f"step-*{_SUFFIX}"), reverse=True)


def write_whole(path: Path, content: dict[str, Any]) -> None:
    """Writes a torch file that is there wholly, on the disk, or not at all; tensors of any shape."""
    unfinished = path.with_name(path.name + _UNFINISHED)
    with unfinished.open("wb") as stream:
        torch.save(content, stream)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
