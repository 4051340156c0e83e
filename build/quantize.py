"""INT8 where it is good enough: every matrix product of a graph is tried on calibration inputs before it is quantised.

A layer whose activations have outliers loses in INT8 all that is small beside them. Each layer gets the cheapest
precision (`build.precision`) whose output still agrees with that of float32. Source for outliers: arXiv 2208.07339.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization.shape_inference import quant_pre_process

from bubo_desktop.engine.sessions import Session
from build.precision import ROUNDERS, Array, read_weights, store_layers

Inputs = Mapping[str, NDArray[np.generic]]
"""One run's inputs by name."""
FLOAT32 = "float32"
PRECISIONS = (*ROUNDERS, FLOAT32)
MIN_COSINE = 0.998
MAX_ROWS = 64  # of a layer's activations that are compared


@dataclass(frozen=True, slots=True)
class Quantized:
    """What a quantised file is worth.

    Attributes:
        figures: `cosine` (lowest of any output and calibration input, against float32), how many layers got which
            precision, and `lowest_layer_cosine` of those that did not stay float32.
        precisions: for each layer, by its node's name, what it became.
    """

    figures: dict[str, float | str]
    precisions: dict[str, str]

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the layers that stayed float32."""
        return tuple(_named(self.precisions, FLOAT32))


@dataclass(frozen=True, slots=True)
class _Layer:
    """A product of the value called `activations` with constant `weights` (inputs, outputs)."""

    name: str
    activations: str
    weights: Array


def quantize_int8(
    source: Path,
    target: Path,
    calibration: Sequence[Inputs],
    keep: Callable[[str], bool] = lambda _: False,
    min_cosine: float = MIN_COSINE,
) -> Quantized:
    """Writes `source`, a float32 graph of up to about 1 GB, to `target` with INT8 weights.

    Args:
        source: the ONNX file.
        target: the file to write.
        calibration: at least one run's inputs, like those of real use.
        keep: whether a layer, by its node's name, must stay float32 whatever is measured.
        min_cosine: how well a layer's outputs must agree with those of float32.
    """
    with TemporaryDirectory(dir=target.parent) as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        layers = _find_layers(prepared)
        chosen = _choose_precisions(prepared, [one for one in layers if not keep(one.name)], calibration, min_cosine)
        precisions = {layer.name: chosen.get(layer.name, (FLOAT32, 1.0))[0] for layer in layers}
        store_layers(prepared, target, precisions)
    figures: dict[str, float | str] = {"cosine": compare_files(source, target, calibration)}
    figures |= {f"layers_{precision}": len(_named(precisions, precision)) for precision in PRECISIONS}
    figures |= {"lowest_layer_cosine": min(found for _, found in chosen.values())} if chosen else {}
    return Quantized(figures, precisions)


def compare_files(wanted: Path, found: Path, calibration: Sequence[Inputs]) -> float:
    """The lowest cosine between any output of two files over some inputs."""
    sessions = [Session(path, n_threads=1) for path in (wanted, found)]
    runs = ([session.run(**inputs) for session in sessions] for inputs in calibration)
    return min(cosine(truth[name], other[name]) for truth, other in runs for name in truth)


def cosine(a: Array, b: Array) -> float:
    """The cosine of the angle between two arrays of one shape, taken as vectors; 1 for two zeros."""
    norms = float(np.linalg.norm(a)) * float(np.linalg.norm(b))
    return float(np.vdot(a, b)) / norms if norms else float(np.array_equal(a, b))


def _named(precisions: Mapping[str, str], wanted: str) -> list[str]:
    return [name for name, precision in precisions.items() if precision == wanted]


def _choose_precisions(
    prepared: Path, layers: Sequence[_Layer], calibration: Sequence[Inputs], min_cosine: float
) -> dict[str, tuple[str, float]]:
    """For each layer that need not stay float32 the cheapest precision that is good enough, and its agreement."""
    chosen: dict[str, tuple[str, float]] = {}
    for precision in ROUNDERS:
        rest = [layer for layer in layers if layer.name not in chosen]
        measured = _measure_layers(prepared, rest, precision, calibration)
        chosen |= {name: (precision, found) for name, found in measured.items() if found >= min_cosine}
    return chosen


def _measure_layers(
    prepared: Path, layers: Sequence[_Layer], precision: str, calibration: Sequence[Inputs]
) -> dict[str, float]:
    """For each layer the lowest agreement over the calibration inputs."""
    if not layers:
        return {}
    lowest = {layer.name: 1.0 for layer in layers}
    rounded = {layer.name: ROUNDERS[precision][1](layer.weights) for layer in layers}
    with TemporaryDirectory(dir=prepared.parent) as folder:
        watched = Path(folder) / "watched.onnx"
        _expose(prepared, watched, sorted({layer.activations for layer in layers}))
        session = Session(watched, n_threads=1)
        for inputs in calibration:
            values: dict[str, NDArray[Any]] = {**inputs, **session.run(**inputs)}
            for layer in layers:
                found = _compare_layer(layer, values[layer.activations], precision, rounded[layer.name])
                lowest[layer.name] = min(lowest[layer.name], found)
    return lowest


def _compare_layer(layer: _Layer, activations: Array, precision: str, weights: Array) -> float:
    """Mean over rows of the cosine between the layer's output with `weights` that were rounded and that in float32.

    Row by row, because one row with huge values would hide that all others are lost.
    """
    rows = activations.reshape(-1, len(weights))
    some = np.linspace(0, len(rows) - 1, min(len(rows), MAX_ROWS)).astype(np.intp)
    wanted, found = rows[some] @ layer.weights, ROUNDERS[precision][0](rows)[some] @ weights
    return float(np.mean([cosine(a, b) for a, b in zip(wanted, found, strict=True)]))


def _find_layers(path: Path) -> list[_Layer]:
    graph = onnx.load(path).graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    products = ((node, read_weights(node, constants)) for node in graph.node)
    return [_Layer(node.name, node.input[0], weights) for node, weights in products if weights is not None]


def _expose(path: Path, out: Path, names: Sequence[str]) -> None:
    """Copies a graph so that it also gives the values called `names`."""
    proto = onnx.load(path)
    given = {value.name for value in (*proto.graph.output, *proto.graph.input)}
    proto.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in given)
    onnx.save(proto, out)
