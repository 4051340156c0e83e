"""What a training run leaves in its folder: `checkpoint.pt`, replaced whole, and `log.jsonl`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn


def save_checkpoint(out: Path, network: nn.Module, step: int, **more: Any) -> None:
    """Writes the network's weights, the step and more state; a reader never sees half a file."""
    out.mkdir(parents=True, exist_ok=True)
    torch.save({"network": network.state_dict(), "step": step, **more}, out / "checkpoint.new")
    (out / "checkpoint.new").replace(out / "checkpoint.pt")


def load_checkpoint(out: Path) -> dict[str, Any] | None:
    """Returns what `save_checkpoint` wrote, or None."""
    path = out / "checkpoint.pt"
    return torch.load(path, weights_only=True) if path.exists() else None


def log_line(out: Path, **values: float) -> None:
    """Appends one line of figures to the run's log, rounded for reading."""
    out.mkdir(parents=True, exist_ok=True)
    rounded = {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}
    with (out / "log.jsonl").open("a") as log:
        log.write(json.dumps(rounded) + "\n")
