"""Our encoders beside the same networks in PyTorch: one thread, processor time, each side in a process of its own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.packs.manifest import Manifest
from build.apart import run_apart
from build.compare.figures import Figure, Goal
from build.dims import Dims

if TYPE_CHECKING:  # our side is measured in a process that has no torch
    import torch

N_CLIPS = 7  # six windows and the whole recording: BuboGPT's plan


class Encoder(NamedTuple):
    """An encoder of the pack.

    Attributes:
        name: of the module in `build.parts` that makes it.
        path: the ONNX file.
        input_name: what it takes.
        shape: float32.
        cosine: how far the pack says it agrees with float32.
    """

    name: str
    path: Path
    input_name: str
    shape: tuple[int, ...]
    cosine: float


class TorchCost(NamedTuple):
    """Processor seconds of a run."""

    float32_s: float
    bfloat16_s: float


def find_encoders(folder: Path, manifest: Manifest) -> list[Encoder]:
    """The encoders of a pack that stand beside PyTorch here: eyes and ears, Q-Formers and projections inside."""
    vision, hearing = manifest.parts.vision, manifest.parts.hearing
    cosines = {name: float(figures.get("cosine", 0.0)) for name, figures in manifest.proof.items()}
    found = []
    if vision is not None:
        shape: tuple[int, ...] = (1, 3, vision.pixels.height, vision.pixels.width)
        found.append(Encoder("vision", folder / vision.file, "pixel_values", shape, cosines.get("vision", 0.0)))
    if hearing is not None:
        shape = (1, N_CLIPS, 1, hearing.mel.n_mels, hearing.mel.n_frames)
        found.append(Encoder("hearing", folder / hearing.file, "mel", shape, cosines.get("hearing", 0.0)))
    return found


def compare_encoder(encoder: Encoder, dims: Dims, n_rounds: int) -> list[Figure]:
    """PyTorch runs between two turns of ours; the best run of each counts."""
    before_s, _ = run_apart(time_ours, encoder, n_rounds)
    theirs, _ = run_apart(time_torch, encoder, dims, n_rounds)
    after_s, _ = run_apart(time_ours, encoder, n_rounds)
    ours_ms, name = 1e3 * min(before_s, after_s), encoder.name
    return [
        Figure(f"{name}, PyTorch float32", "ms", ours_ms, 1e3 * theirs.float32_s, Goal(5.0, at_least=True)),
        Figure(f"{name}, PyTorch bfloat16", "ms", ours_ms, 1e3 * theirs.bfloat16_s, Goal(1.4, at_least=True)),
        Figure(f"{name}, agreement with float32", "cosine", encoder.cosine, goal=Goal(0.999, at_least=True)),
    ]


def time_ours(encoder: Encoder, n_runs: int) -> float:
    """Processor seconds of the best run of the pack's file."""
    session = Shelf(encoder.path.parent, n_threads=1).session(encoder.path.name)  # as the engine opens it
    values = np.random.default_rng(0).standard_normal(encoder.shape, np.float32)
    times_s = []
    for _ in range(n_runs + 1):  # the first one reserves memory
        started_s = process_time()
        session.run(**{encoder.input_name: values})
        times_s.append(process_time() - started_s)
    return min(times_s)


def time_torch(encoder: Encoder, dims: Dims, n_runs: int) -> TorchCost:
    """Processor seconds of the best runs of the network that the file was made of, with random weights."""
    import torch

    from build.blockwise import Chain, chain_shapes
    from build.tensor_table import random_tensors

    torch.set_num_threads(1)
    make_blocks = getattr(import_module(f"build.parts.{encoder.name}"), f"{encoder.name}_blocks")
    network = Chain(make_blocks(dims, random_tensors(chain_shapes(make_blocks(dims, {})))))
    values = torch.randn(encoder.shape, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        float32_s = _time_runs(network, {encoder.input_name: values}, n_runs)
        network.to(torch.bfloat16)
        return TorchCost(float32_s, _time_runs(network, {encoder.input_name: values.to(torch.bfloat16)}, n_runs))


def _time_runs(network: torch.nn.Module, inputs: dict[str, torch.Tensor], n_runs: int) -> float:
    times_s = []
    for _ in range(n_runs + 1):
        started_s = process_time()
        network(**inputs)
        times_s.append(process_time() - started_s)
    return min(times_s)
