"""Checkpoints on disk, read one tensor at a time: safetensors, and pickles that hold tensors and nothing that runs."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from build.errors import BuildError


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
        BuildError: there is neither, or a file is damaged or holds more than tensors.
    """
    tensors: dict[str, LazyTensor] = {}
    for shard in sorted(folder.glob("*.safetensors")):
        tensors |= _read_safetensors(shard)
    if not tensors:
        for shard in sorted(folder.glob("pytorch_model*.bin")):
            tensors |= read_pickle(shard)
    if not tensors:
        raise BuildError(f"{folder} holds no *.safetensors and no pytorch_model*.bin.")
    return tensors


def read_pickle(path: Path, key: str | None = None, *, stays_mapped: bool = False) -> dict[str, LazyTensor]:
    """The tensors of a `.pth` or `.bin` file; what else stands beside them is left alone.

    Args:
        path: the file. Code in it is never run.
        key: where the tensors stand; None takes `model` where the file has one, else the whole file.
        stays_mapped: whether a zip file is mapped once, which is quick, instead of anew for every tensor: pages of a
            mapping that stays open count as this process's memory.

    Raises:
        BuildError: the file is damaged, holds more than tensors and plain values, or has no such key.
    """
    tensors = _load_tensors(path, key)
    if stays_mapped or not zipfile.is_zipfile(path):
        return wrap_tensors(tensors)
    return {
        name: LazyTensor(tuple(tensor.shape), partial(_read_mapped, path, key, name))
        for name, tensor in tensors.items()
    }


def _load_tensors(path: Path, key: str | None) -> dict[str, torch.Tensor]:
    try:
        loaded: Any = torch.load(path, map_location="cpu", mmap=zipfile.is_zipfile(path), weights_only=True)
    except pickle.UnpicklingError as error:
        raise BuildError(f"{path.name} holds more than tensors, or is damaged: it is not opened.") from error
    except Exception as error:  # whatever damaged bytes lead the unpickler to
        raise BuildError(f"{path.name} cannot be read: the file is damaged.") from error
    if key is None and isinstance(loaded, dict) and isinstance(loaded.get("model"), dict):
        key = "model"
    found = loaded.get(key) if isinstance(loaded, dict) and key is not None else loaded
    if not isinstance(found, dict):
        raise BuildError(f"{path.name} has no tensors under {key!r}." if key else f"{path.name} holds no tensors.")
    return {name: tensor for name, tensor in found.items() if isinstance(tensor, torch.Tensor)}


def _read_mapped(path: Path, key: str | None, name: str) -> NDArray[np.float32]:
    return _to_numpy(_load_tensors(path, key)[name].clone())


def _read_safetensors(shard: Path) -> dict[str, LazyTensor]:
    try:
        with safe_open(shard, framework="pt") as opened:
            shapes = {name: tuple(opened.get_slice(name).get_shape()) for name in opened.keys()}  # noqa: SIM118  # no mapping
    except SafetensorError as error:
        raise BuildError(f"{shard.name} cannot be read: the file is damaged.") from error
    return {name: LazyTensor(shape, partial(_read_slice, shard, name)) for name, shape in shapes.items()}


def _read_slice(shard: Path, name: str) -> NDArray[np.float32]:
    with safe_open(shard, framework="pt") as opened:
        return _to_numpy(opened.get_tensor(name))


def _to_numpy(tensor: torch.Tensor) -> NDArray[np.float32]:
    return tensor.detach().to(torch.float32).numpy()
