"""What a run has learnt so far, read from its newest checkpoint."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from build.errors import BuildError


def read_learnt(run: Path, part: str, trainer: str) -> dict[str, Tensor]:
    """Reads what a part of the run's pupil has learnt: tensors of the part's own shapes, by their names in it.

    Args:
        run: the folder of the run.
        part: the name by which its pupil has the part.
        trainer: what `build.nano.train_` is followed by in the name of the run's command.

    Raises:
        BuildError: the run has not saved anything yet.
    """
    found = sorted((run / "checkpoints").glob("step-*.pt"))
    if not found:
        raise BuildError(f"{run} holds no {trainer}: train the {trainer} first (python -m build.nano.train_{trainer}).")
    learnt: dict[str, Tensor] = torch.load(found[-1], map_location="cpu", weights_only=True)["pupil"]
    return {name.removeprefix(f"{part}."): value for name, value in learnt.items() if name.startswith(f"{part}.")}
