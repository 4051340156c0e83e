"""Exports nano's eyes and the ears' Q-Former as INT8 ONNX: vision, tagger, grounder, segmenter, hearing.

    python -m build.nano.export_senses --training out/nano --out out/nano/pack

Convolutions are quantised statically, matrix products of the Q-Formers dynamically. How close each file is to its
torch network goes to standard output as JSON.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import Tensor, nn

from bubo_desktop.environment import quiet_libraries
from build.nano.facts import COLOURS, OBJECTS
from build.nano.hearing import Encoder
from build.nano.networks import Detector
from build.nano.pictures import draw_framed
from build.nano.qformer import Projection, QFormer
from build.nano.senses import Eyes
from build.nano.sound_bank import SoundBank
from build.nano.train_alignment import load_aligned
from build.nano.train_detector import load_detector
from build.nano.train_hearing import load_tagger
from build.nano.train_segmenter import draw_batch, load_segmenter
from build.onnx_export import Inputs, agreement, export_onnx, quantize_dynamic_int8, quantize_static_int8

CALIBRATION_SEED = 201
N_CALIBRATION = 96


class Vision(nn.Module):
    """pixel_values (1, 3, 128, 128) -> embeddings (1, queries, width)."""

    def __init__(self, eyes: Eyes, qformer: QFormer, projection: Projection) -> None:
        super().__init__()
        self.eyes, self.qformer, self.projection = eyes, qformer, projection

    def forward(self, pixel_values: Tensor) -> Tensor:
        """pixel_values: (1, 3, 128, 128) -> embeddings (1, queries, width)."""
        return self.projection(self.qformer(self.eyes(pixel_values)))


class Hearing(nn.Module):
    """mel (1, clips, 1, 128, 204) -> embeddings (1, queries, width); of each feature the loudest clip counts."""

    def __init__(self, ears: Encoder, qformer: QFormer, projection: Projection) -> None:
        super().__init__()
        self.ears, self.qformer, self.projection = ears, qformer, projection

    def forward(self, mel: Tensor) -> Tensor:
        """mel: (1, clips, 1, 128, 204) -> embeddings (1, queries, width)."""
        tokens = self.ears(mel[0]).amax(0, keepdim=True)
        return self.projection(self.qformer(tokens))


class Tagger(nn.Module):
    """pixel_values (1, 3, 128, 128) -> logits (1, labels)."""

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, pixel_values: Tensor) -> Tensor:
        """pixel_values: (1, 3, 128, 128) -> logits (1, labels)."""
        return self.detector.tags(self.detector(pixel_values)[0])


class Grounder(nn.Module):
    """pixel_values (1, 3, 128, 128), queries (phrases, 64) -> logits (1, places, phrases), boxes (1, places, 4)."""

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, pixel_values: Tensor, queries: Tensor) -> tuple[Tensor, Tensor]:
        """pixel_values: (1, 3, 128, 128), queries: (phrases, 64) -> logits (1, 256, phrases), boxes (1, 256, 4)."""
        fine = self.detector.backbone(pixel_values)
        return self.detector.ground(fine, queries)


def export_senses(training: Path, out: Path) -> dict[str, dict[str, float]]:
    """Writes every file into `out`; returns for each how it agrees with its network on calibration inputs."""
    out.mkdir(parents=True, exist_ok=True)
    detector = load_detector(training / "detector")
    aligned = load_aligned(training / "alignment", training / "qformers", training / "language")
    ears = load_tagger(training / "hearing").encoder
    queries = detector.queries.detach().numpy()
    np.savez(out / "queries.npz", labels=np.array([*OBJECTS, *COLOURS]), vectors=queries)
    pixels = calibration_pixels()
    grounding = [{**batch, "queries": queries} for batch in pixels]
    mels = calibration_mels(training / "sound_bank")
    crops = [
        {"crops": crop[None].numpy()} for crop in draw_batch(N_CALIBRATION, np.random.default_rng(CALIBRATION_SEED))[0]
    ]
    vision = Vision(Eyes(detector), aligned.qformers.image, aligned.image_projection).eval()
    hearing = Hearing(ears, aligned.qformers.sound, aligned.sound_projection).eval()
    clips, boxes = {"mel": {1: "clips"}}, {"crops": {0: "boxes"}, "mask_logits": {0: "boxes"}}
    phrases = {"queries": {0: "phrases"}, "logits": {2: "phrases"}}
    return {
        "vision": export_mixed(vision, out / "vision.onnx", pixels, ["embeddings"]),
        "hearing": export_mixed(hearing, out / "hearing.onnx", mels, ["embeddings"], clips),
        "tagger": export_static(Tagger(detector), out / "tagger.onnx", pixels, ["logits"]),
        "grounder": export_static(Grounder(detector), out / "grounder.onnx", grounding, ["logits", "boxes"], phrases),
        "segmenter": export_static(
            load_segmenter(training / "segmenter"), out / "segmenter.onnx", crops, ["mask_logits"], boxes
        ),
    }


def export_static(
    network: nn.Module,
    path: Path,
    batches: Sequence[Inputs],
    outputs: Sequence[str],
    axes: Mapping[str, Mapping[int, str]] | None = None,
) -> dict[str, float]:
    """Exports a convolutional network, its convolutions in INT8; returns its agreement over `batches`."""
    with TemporaryDirectory() as folder:
        exact = Path(folder) / path.name
        _export(network, exact, batches[0], outputs, axes)
        quantize_static_int8(exact, path, batches, operators=["Conv"])
    return agreement(network, path, batches)


def export_mixed(
    network: nn.Module,
    path: Path,
    batches: Sequence[Inputs],
    outputs: Sequence[str],
    axes: Mapping[str, Mapping[int, str]] | None = None,
) -> dict[str, float]:
    """Exports a convolutional encoder with a Q-Former behind it, each quantised its own way."""
    with TemporaryDirectory() as folder:
        exact, half = Path(folder) / "exact.onnx", Path(folder) / "half.onnx"
        _export(network, exact, batches[0], outputs, axes)
        quantize_static_int8(exact, half, batches, operators=["Conv"])
        quantize_dynamic_int8(half, path, operators=["MatMul"])
    return agreement(network, path, batches)


def calibration_pixels() -> list[Inputs]:
    """Fresh pictures as the eyes take them."""
    rng = np.random.default_rng(CALIBRATION_SEED)
    return [{"pixel_values": draw_framed(rng).pixels[None].copy()} for _ in range(N_CALIBRATION)]


def calibration_mels(bank: Path) -> list[Inputs]:
    """Fresh clips as the ears take them, one a run."""
    rng = np.random.default_rng(CALIBRATION_SEED)
    sounds = SoundBank.kept(bank, per_label=100, seed=0)
    return [{"mel": sounds.example(rng)[0][None, None]} for _ in range(N_CALIBRATION)]


def _export(
    network: nn.Module, path: Path, batch: Inputs, outputs: Sequence[str], axes: Mapping[str, Mapping[int, str]] | None
) -> None:
    inputs = tuple(torch.from_numpy(value) for value in batch.values())
    export_onnx(network.eval(), inputs, path, list(batch), outputs, axes)


def main() -> None:
    """Reads the command line, exports, and prints how close each file is to its network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--training", type=Path, default=Path("out/nano"), help="folder of the training runs")
    parser.add_argument("--out", type=Path, default=Path("out/nano/pack"))
    options = parser.parse_args()
    quiet_libraries()
    torch.set_num_threads(1)
    print(json.dumps(export_senses(options.training, options.out), indent=1))


if __name__ == "__main__":
    main()
