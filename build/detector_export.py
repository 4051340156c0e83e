"""The files of a detector: each in float32 and in INT8, until boxes have shown which of them goes into the pack."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.jit._trace import TracerWarning

from bubo_desktop.engine.imaging import Picture
from build.blockwise import Axes
from build.box_agreement import Agreement, Part, compare_boxes
from build.onnx_export import export_onnx
from build.quantize import Inputs, quantize_int8
from build.workshop import Made, Workshop

MIN_IOU, MIN_LABELS = 0.9, 0.95  # mean over the best boxes, and share of them
Keeps = Callable[[str], bool]
"""Whether a layer, by its node's name, must stay float32."""


class DetectorExport:
    """Writes float32 files into the workshop's scratch folder, and the pack's own into its `out_dir`.

    Args:
        workshop: says whether layers become INT8.
        part: the detector, as the manifest will describe it.
        tokenizer: a file of the pack that is there already.
    """

    def __init__(self, workshop: Workshop, part: Part, tokenizer: str) -> None:
        self._workshop = workshop
        self._part = part
        self._tokenizer = tokenizer
        self._figures: dict[str, dict[str, float | str]] = {}

    def write(
        self,
        file: str,
        network: nn.Module,
        calibration: Sequence[Inputs],
        outputs: Sequence[str],
        axes: Axes,
        keep: Keeps = lambda _: False,
    ) -> None:
        """Exports a network.

        Args:
            file: its name in the pack.
            network: takes the inputs in the order of a calibration input.
            calibration: at least one run's inputs, like those of real use; the first one is the example.
            outputs: what the network gives is to be called.
            axes: for inputs and outputs their axes of any size.
            keep: the layers that become INT8 under no circumstances.
        """
        self._workshop.report(f"{file} is exported.")
        exact, target = self._workshop.scratch_dir / file, self._workshop.out_dir / file
        example = tuple(torch.from_numpy(np.array(value)) for value in calibration[0].values())
        used = {name: axes[name] for name in (*calibration[0], *outputs) if name in axes}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TracerWarning)  # sizes that are not axes of any size are meant to be fixed
            export_onnx(network, example, exact, list(calibration[0]), outputs, used)
        self._figures[file] = {}
        if self._workshop.quantize == "none":
            shutil.copyfile(exact, target)
            return
        made = quantize_int8(exact, target, calibration, keep)
        kept = ", ".join(name for name in made.kept if not keep(name))
        self._figures[file] = made.figures | ({"kept_float32": kept} if kept else {})

    def finish(self, pictures: Sequence[Picture], phrases: Sequence[str], doubtful: str = "") -> Made:
        """The part, with how well its files agree with float32 on the boxes of some pictures.

        Args:
            pictures: where to look.
            phrases: what for.
            doubtful: a file that goes into the pack in float32 where too few boxes agree.
        """
        boxes: dict[str, float | str] = {}
        if self._workshop.quantize != "none":
            agreement = self._compare(pictures, phrases)
            if doubtful and (agreement.mean_iou < MIN_IOU or agreement.labels < MIN_LABELS):
                shutil.copyfile(self._workshop.scratch_dir / doubtful, self._workshop.out_dir / doubtful)
                self._figures[doubtful] = {"kept_float32": f"all: in INT8 boxes agree to {agreement.mean_iou:.2f}"}
                agreement = self._compare(pictures, phrases)
            boxes = {"boxes_mean_iou": round(agreement.mean_iou, 4), "labels_agree": round(agreement.labels, 4)}
        for file, figures in self._figures.items():
            figures["size_mb"] = round((self._workshop.out_dir / file).stat().st_size / 1e6, 1)
        named = {
            f"{Path(file).stem}_{name}": figure
            for file, figures in self._figures.items()
            for name, figure in figures.items()
        }
        return Made(self._part, (self._tokenizer, *self._figures), named | boxes)

    def _compare(self, pictures: Sequence[Picture], phrases: Sequence[str]) -> Agreement:
        exact, packed = self._workshop.scratch_dir, self._workshop.out_dir
        shutil.copyfile(packed / self._tokenizer, exact / self._tokenizer)
        return compare_boxes(self._part, (exact, packed), pictures, phrases)
