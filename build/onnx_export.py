"""From a torch network to an ONNX file with INT8 weights that the engine's ONNX Runtime runs.

Static quantisation (weights and activations) is fast and small and suits convolutions; dynamic quantisation
(activations measured while running) needs no calibration and suits matrix products, as in Q-Formers.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from bubo_desktop.engine.sessions import Session

OPSET = 17
Inputs = Mapping[str, NDArray[np.float32]]
"""One run's inputs by name, batch first."""


def export_onnx(
    network: nn.Module,
    inputs: tuple[Tensor, ...],
    path: Path,
    input_names: Sequence[str],
    output_names: Sequence[str],
    dynamic_axes: Mapping[str, Mapping[int, str]] | None = None,
) -> None:
    """Writes a network in evaluation mode as float32 ONNX.

    Args:
        network: the network.
        inputs: an example of what it is called with, of any shape; axes not named in `dynamic_axes` keep these sizes.
        path: the file to write; its folder is made.
        input_names: names of the inputs, in order.
        output_names: names of the outputs, in order.
        dynamic_axes: for an input or output, axis -> name of its size.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # The older exporter, on purpose: the new one needs onnxscript as well.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", "Constant folding")  # what is not folded is worked out when it runs
        torch.onnx.export(
            network.eval(),
            inputs,
            str(path),
            input_names=list(input_names),
            output_names=list(output_names),
            dynamic_axes=dynamic_axes,
            opset_version=OPSET,
            dynamo=False,
        )


def quantize_dynamic_int8(path: Path, out: Path, operators: Sequence[str] | None = None) -> None:
    """Writes `path` to `out` with INT8 weights per channel; activations are quantised while running.

    `operators` are the kinds of nodes to quantise, such as `MatMul`; None means all that can be.
    """
    with TemporaryDirectory() as folder:
        quantize_dynamic(
            _prepared(path, folder), out, op_types_to_quantize=operators and list(operators),
            weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
        )  # fmt: skip


def quantize_static_int8(
    path: Path, out: Path, calibration_batches: Iterable[Inputs], operators: Sequence[str] | None = None
) -> None:
    """Writes `path` to `out` with INT8 weights and activations, whose ranges are those seen in calibration.

    `operators` are the kinds of nodes to quantise, such as `Conv`; None means all that can be.
    Weights keep 7 bits (`reduce_range`): with 8, processors without VNNI saturate and answer differently.
    Source: ONNX Runtime documentation, Quantize ONNX Models, "Data type selection".
    """
    with TemporaryDirectory() as folder:
        quantize_static(
            _prepared(path, folder),
            out,
            _Calibration(iter(calibration_batches)),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=operators and list(operators),
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
        )


def agreement(network: nn.Module, path: Path, batches: Iterable[Mapping[str, NDArray[Any]]]) -> dict[str, float]:
    """Compares the first output of an ONNX file with the network it came from, over some inputs of the file's shapes.

    Returns:
        `cosine`: the lowest of any run; `relative_error`: root mean square error over root mean square;
        `max_abs_error`.
    """
    session = Session(path, n_threads=1)
    wanted, found = [], []
    for batch in batches:
        with torch.no_grad():
            output = network(*(torch.from_numpy(np.array(value)) for value in batch.values()))
        wanted.append((output[0] if isinstance(output, tuple) else output).numpy())
        found.append(next(iter(session.run(**batch).values())))
    cosines = [np.vdot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)) for a, b in zip(wanted, found, strict=True)]
    truth, error = np.stack(wanted), np.stack(wanted) - np.stack(found)
    return {
        "cosine": float(np.min(cosines)),
        "relative_error": float(np.sqrt((error**2).mean() / (truth**2).mean())),
        "max_abs_error": float(np.abs(error).max()),
    }


class _Calibration(CalibrationDataReader):
    """Hands calibration inputs to the quantiser, which asks for one after another until None comes."""

    def __init__(self, batches: Iterator[Inputs]) -> None:
        self._batches = batches

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self._batches, None)
        return None if batch is None else dict(batch)


def _prepared(path: Path, folder: str) -> Path:
    """Folds and tidies the graph; the exporter's shared initialisers would stop the quantiser otherwise."""
    prepared = Path(folder) / "prepared.onnx"
    quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
    return prepared
