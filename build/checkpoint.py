"""Checkpoints of LLaMA networks on disk, read one tensor at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open


@dataclass(frozen=True, slots=True)
class LazyTensor:
    """A tensor that is read, as float32, when it is asked for."""

    shape: tuple[int, ...]
    read: Callable[[], NDArray[np.float32]]


def wrap_tensors(tensors: Mapping[str, torch.Tensor]) -> dict[str, LazyTensor]:
    """Tensors of any shape and float type, in memory or mapped from a file, as lazy ones."""
    return {name: LazyTensor(tuple(tensor.shape), partial(_to_numpy, tensor)) for name, tensor in tensors.items()}


def read_checkpoint(folder: Path) -> dict[str, LazyTensor]:
    """The tensors of every `.safetensors` file of `folder`, or where there is none of every `pytorch_model*.bin`.

    Raises:
        FileNotFoundError: there is neither.
    """
    tensors: dict[str, LazyTensor] = {}
    for shard in sorted(folder.glob("*.safetensors")):
        tensors |= _read_safetensors(shard)
    if not tensors:
        for shard in sorted(folder.glob("pytorch_model*.bin")):
            tensors |= wrap_tensors(torch.load(shard, map_location="cpu", mmap=True, weights_only=True))
    if not tensors:
        raise FileNotFoundError(f"{folder} holds no *.safetensors and no pytorch_model*.bin")
    return tensors


def _read_safetensors(shard: Path) -> dict[str, LazyTensor]:
    with safe_open(shard, framework="pt") as opened:
        shapes = {name: tuple(opened.get_slice(name).get_shape()) for name in opened.keys()}  # noqa: SIM118  # no mapping
    return {name: LazyTensor(shape, partial(_read_slice, shard, name)) for name, shape in shapes.items()}


def _read_slice(shard: Path, name: str) -> NDArray[np.float32]:
    with safe_open(shard, framework="pt") as opened:
        return _to_numpy(opened.get_tensor(name))


def _to_numpy(tensor: torch.Tensor) -> NDArray[np.float32]:
    return tensor.detach().to(torch.float32).numpy()
