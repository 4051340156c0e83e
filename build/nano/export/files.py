"""Networks as ONNX files of one precision, each compared with the network that it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import torch
from torch import nn

from build.onnx_export import Inputs, agreement, export_onnx, quantize_dynamic_int8, quantize_static_int8

Precision = Literal["int8", "float32"]
Axes = Mapping[str, Mapping[int, str]]
"""For an input or output, axis -> name of its size, which may change from run to run."""


class PackFiles:
    """Writes the ONNX files of a pack.

    Args:
        folder: the pack.
        precision: `int8` is what ships; `float32` shows what that costs.

    Attributes:
        proof: for each part, what was measured of it: at first, how close its file is to its network.
    """

    def __init__(self, folder: Path, precision: Precision) -> None:
        self.folder, self.precision = folder, precision
        self.proof: dict[str, dict[str, float | str]] = {}

    def write(
        self,
        part: str,
        network: nn.Module,
        batches: Sequence[Inputs],
        outputs: Sequence[str],
        axes: Axes | None = None,
        *,
        has_products: bool = False,
    ) -> str:
        """Writes a network to a file that is named after its part.

        INT8 is static for convolutions, whose activations have steady ranges, and dynamic for matrix products.

        Args:
            part: of the pack.
            network: in any mode.
            batches: its inputs in order, to calibrate with and to compare on.
            outputs: names of its outputs.
            axes: whose sizes change.
            has_products: whether products with matrices, as in Q-Formers, are to be INT8 too.

        Returns:
            The file's name.
        """
        path = self.folder / f"{part}.onnx"
        example = tuple(torch.from_numpy(np.array(value)) for value in batches[0].values())
        with TemporaryDirectory() as scratch:
            exact = path if self.precision == "float32" else Path(scratch) / "exact.onnx"
            export_onnx(network, example, exact, list(batches[0]), outputs, axes)
            if self.precision == "int8":
                convolved = Path(scratch) / "convolved.onnx" if has_products else path
                quantize_static_int8(exact, convolved, batches, operators=["Conv"])
                if has_products:
                    quantize_dynamic_int8(convolved, path, operators=["MatMul"])
        self.proof[part] = {"precision": self.precision, **agreement(network, path, batches)}
        return path.name
