"""What a training run leaves in its folder: `checkpoint.pt`, replaced whole, and `log.jsonl`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def save_checkpoint(out: Path, network: nn.Module, step: int, **more: Any) -> None:
    """Writes the network's weights, the step and more state; a reader never sees half a file."""
    out.mkdir(parents=True, exist_ok=True)
    torch.save({"network": network.state_dict(), "step": step, **more}, out / "checkpoint.new")
    (out / "checkpoint.new").replace(out / "checkpoint.pt")


def load_checkpoint(out: Path) -> dict[str, Any] | None:
    """Returns what `save_checkpoint` wrote, or None."""
    path = out / "checkpoint.pt"
    return torch.load(path, weights_only=True) if path.exists() else None


def load_trained(out: Path, network: Network) -> Network:
    """Puts the weights of a run into `network`; returns it in evaluation mode.

    Raises:
        FileNotFoundError: nothing was trained there.
    """
    state = load_checkpoint(out)
    if state is None:
        raise FileNotFoundError(f"{out} holds no checkpoint; train one first.")
    network.load_state_dict(state["network"])
    return network.eval()


def log_line(out: Path, **values: float) -> None:
    """Appends one line of figures to the run's log, rounded for reading."""
    out.mkdir(parents=True, exist_ok=True)
    rounded = {name: round(value, 4) for name, value in values.items()}
    with (out / "log.jsonl").open("a") as log:
        log.write(json.dumps(rounded) + "\n")
