"""What a run has learnt so far, read from its newest checkpoint."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from build.errors import BuildError


def read_learnt(run: Path, part: str) -> dict[str, Tensor]:
    """Reads what a part of the run's pupil has learnt: tensors of the part's own shapes, by their names in it.

    Args:
        run: the folder of the run.
        part: the name by which its pupil has the part.

    Raises:
        BuildError: the run has not saved anything yet.
    """
    found = sorted((run / "checkpoints").glob("step-*.pt"))
    if not found:
        raise BuildError(f"{run} holds no checkpoint: train it first; README names the command.")
    learnt: dict[str, Tensor] = torch.load(found[-1], map_location="cpu", weights_only=True)["pupil"]
    return {name.removeprefix(f"{part}."): value for name, value in learnt.items() if name.startswith(f"{part}.")}
