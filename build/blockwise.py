"""A large network exported block by block, so that only one block's float32 weights are in memory at a time.

Each block is filled, exported, quantised against what the exact blocks before it give, and appended to one file.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, ValueInfoProto
from torch import Tensor, nn
from torch.jit._trace import TracerWarning

from bubo_desktop.engine.sessions import Session
from build.checkpoint import LazyTensor
from build.errors import BuildError
from build.joined_graph import MAX_BYTES, JoinedGraph
from build.onnx_export import export_onnx
from build.quantize import MIN_COSINE, PRECISIONS, Inputs, Quantized, cosine, quantize_int8
from build.tensor_table import Shapes, check_shapes

Axes = Mapping[str, Mapping[int, str]]
"""Name of an input -> its axes of any size, with their names."""
_BATCH = {0: "batch"}
_COUNTS = [f"layers_{precision}" for precision in PRECISIONS]


@dataclass(frozen=True, slots=True)
class Block:
    """One step of a network; it gives one value, which is called as the block is.

    Attributes:
        name: unlike all others of the network.
        make: builds the module; its weights need no values.
        inputs: names of the network's inputs or of earlier blocks, in the order of the module's arguments.
        tensors: the module's weights by its own names.
        min_cosine: how well each of its layers must agree with float32 when it is quantised.
    """

    name: str
    make: Callable[[], nn.Module]
    inputs: tuple[str, ...]
    tensors: Mapping[str, LazyTensor] = field(default_factory=dict)
    min_cosine: float = MIN_COSINE


class Chain(nn.Module):
    """All blocks in memory, as one torch network: its inputs by name -> the last block's value."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        super().__init__()
        self._blocks = blocks
        self.networks = nn.ModuleList(fill_block(block) for block in blocks)

    def forward(self, **inputs: Tensor) -> Tensor:
        """Runs the blocks in order; shapes are those of the first and last block."""
        values = dict(inputs)
        for block, network in zip(self._blocks, self.networks, strict=True):
            values[block.name] = network(*(values[name] for name in block.inputs))
        return values[self._blocks[-1].name]


def take(tensors: Mapping[str, LazyTensor], name: str) -> dict[str, LazyTensor]:
    """The tensors of the block called `name`, which stands before their own names with a dot between."""
    return {whole.removeprefix(f"{name}."): tensor for whole, tensor in tensors.items() if whole.startswith(f"{name}.")}


def chain_shapes(blocks: Sequence[Block]) -> Shapes:
    """The shapes of all weights, as `take` knows them."""
    return {f"{block.name}.{name}": shape for block in blocks for name, shape in _block_shapes(block).items()}


def fill_block(block: Block) -> nn.Module:
    """A block's module with its weights read, for evaluation."""
    with torch.device("meta"):
        network = block.make()
    weights = {name: torch.from_numpy(np.ascontiguousarray(tensor.read())) for name, tensor in block.tensors.items()}
    network.load_state_dict(weights, assign=True)
    return network.eval().requires_grad_(requires_grad=False)


def export_blocks(
    blocks: Sequence[Block], target: Path, calibration: Sequence[Inputs], axes: Axes, *, quantize: bool
) -> Quantized:
    """Writes a network as one ONNX file whose only output is the last block's value.

    Args:
        blocks: in the order of evaluation.
        target: the file.
        calibration: at least one run's inputs, like those of real use.
        axes: for each of the network's inputs its axes of any size.
        quantize: whether layers become INT8 where calibration allows it; else all stays float32.

    Raises:
        BuildError: weights are missing or of other shapes, all named before any work; or the file would be too large.
    """
    _check(blocks, target, quantize=quantize)
    values = [dict(inputs) for inputs in calibration]
    parts: dict[str, Quantized] = {}
    output = blocks[-1].name
    with TemporaryDirectory(dir=target.parent) as folder:
        exact, small = Path(folder) / "exact.onnx", Path(folder) / "small.onnx"
        joined = JoinedGraph(Path(folder) / "joined")
        for number, block in enumerate(blocks):
            own_inputs = [{name: value[name] for name in block.inputs} for value in values]
            _export_block(block, exact, own_inputs[0], axes)
            if quantize:
                parts[block.name] = quantize_int8(exact, small, own_inputs, min_cosine=block.min_cosine)
            joined.append(small if quantize else exact, f"{block.name}/", {block.name, *block.inputs})
            _advance(exact, block.name, own_inputs, values)
            _forget(values, blocks[number + 1 :], keep=block.name)
        inputs = [_describe(name, value.shape, axes[name]) for name, value in calibration[0].items()]
        joined.write(target, inputs, [_describe(output, values[0][output].shape, _BATCH)])
    return _sum_up(target, calibration, [value[output] for value in values], parts)


def _check(blocks: Sequence[Block], target: Path, *, quantize: bool) -> None:
    problems: list[str] = []
    for block in blocks:
        try:
            check_shapes(f"{target.stem}, {block.name}:", block.tensors, _block_shapes(block))
        except BuildError as error:
            problems += error.problems
    n_bytes = 4 * sum(prod(tensor.shape) for block in blocks for tensor in block.tensors.values())
    if not quantize and n_bytes > MAX_BYTES:
        problems.append(
            f"{target.name} would be {n_bytes / 1e9:.1f} GB without quantization, and an ONNX file holds at most 2.1:"
            " choose --quantize int4."
        )
    if problems:
        raise BuildError(*problems)


def _block_shapes(block: Block) -> Shapes:
    with torch.device("meta"):
        return {name: tuple(tensor.shape) for name, tensor in block.make().state_dict().items()}


def _export_block(block: Block, path: Path, inputs: Inputs, axes: Axes) -> None:
    examples = tuple(torch.from_numpy(np.array(value)) for value in inputs.values())
    dynamic = {name: axes.get(name, _BATCH) for name in (*block.inputs, block.name)}
    with warnings.catch_warnings():
        warnings.simplefilter("error", TracerWarning)  # a size that was frozen, though it differs from run to run
        export_onnx(fill_block(block), examples, path, block.inputs, [block.name], dynamic)


def _advance(exact: Path, name: str, inputs: Sequence[Inputs], values: Sequence[dict[str, Any]]) -> None:
    """Adds what the exact block gives to the values of each calibration input."""
    session = Session(exact, n_threads=1)
    for own, value in zip(inputs, values, strict=True):
        value[name] = session.run(**{name: own[name] for name in session.input_names})[name]


def _forget(values: Iterable[dict[str, Any]], later: Sequence[Block], keep: str) -> None:
    """Drops what no later block takes."""
    needed = {keep, *(name for block in later for name in block.inputs)}
    for value in values:
        for name in set(value) - needed:
            del value[name]


def _describe(name: str, shape: tuple[int, ...], axes: Mapping[int, str]) -> ValueInfoProto:
    sizes = [axes.get(axis, size) for axis, size in enumerate(shape)]
    return onnx.helper.make_tensor_value_info(name, TensorProto.FLOAT, sizes)


def _sum_up(
    target: Path, calibration: Sequence[Inputs], wanted: Sequence[NDArray[Any]], parts: Mapping[str, Quantized]
) -> Quantized:
    session = Session(target, n_threads=1)
    found = [next(iter(session.run(**inputs).values())) for inputs in calibration]
    figures: dict[str, float | str] = {
        "cosine": min(cosine(a, b) for a, b in zip(wanted, found, strict=True)),
        "size_mb": round(target.stat().st_size / 1e6, 1),
    }
    if parts:
        figures |= {name: sum(int(part.figures[name]) for part in parts.values()) for name in _COUNTS}
        figures["lowest_layer_cosine"] = min(
            float(part.figures.get("lowest_layer_cosine", 1)) for part in parts.values()
        )
        figures |= {f"in_{precision}": names for precision in PRECISIONS[1:] if (names := _name(parts, precision))}
    return Quantized(
        figures, {f"{name}{layer}": kind for name, part in parts.items() for layer, kind in part.precisions.items()}
    )


def _name(parts: Mapping[str, Quantized], precision: str) -> str:
    """Which layers have this precision; a block all of whose layers have it is named once."""
    names: list[str] = []
    for block, part in parts.items():
        layers = [layer for layer, kind in part.precisions.items() if kind == precision]
        whole = len(layers) == len(part.precisions)
        names += [block] if layers and whole else [f"{block}{layer}" for layer in layers]
    return ", ".join(names)
