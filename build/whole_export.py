"""A network that fits into memory whole as one ONNX file, in INT8 where asked, compared with what it came from.

See `build.blockwise` for those that do not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from build.blockwise import Axes
from build.onnx_export import agreement, export_onnx
from build.quantize import Inputs, quantize_int8


def export_whole(
    network: nn.Module, target: Path, calibration: Sequence[Inputs], output: str, axes: Axes, scratch_dir: Path | None
) -> dict[str, float | str]:
    """Writes a network of up to about 1 GB.

    Args:
        network: its forward takes the inputs in the order of a calibration input.
        target: the file.
        calibration: at least one run's inputs, like those of real use.
        output: what the network gives is to be called.
        axes: for each input and the output its axes of any size.
        scratch_dir: where float32 stands while layers become INT8; None leaves all in float32.

    Returns:
        Figures for the pack's proof: agreement with the network, size, and which layers stayed float32.
    """
    exact = scratch_dir / target.name if scratch_dir else target
    example = tuple(torch.from_numpy(np.array(value)) for value in calibration[0].values())
    export_onnx(network, example, exact, list(calibration[0]), [output], axes)
    figures: dict[str, float | str] = {}
    if scratch_dir:
        quantized = quantize_int8(exact, target, calibration)
        figures = quantized.figures | ({"kept_float32": ", ".join(quantized.kept)} if quantized.kept else {})
        exact.unlink()
    return figures | agreement(network, target, calibration) | {"size_mb": round(target.stat().st_size / 1e6, 1)}
