"""Hearing: ImageBind's audio trunk, BuboGPT's audio Q-Former and projection as `hearing.onnx`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.packs.manifest import HearingPart, MelInput
from build.blockwise import Block, chain_shapes, export_blocks
from build.calibration import RATE_HZ, draw_recordings
from build.checkpoint import LazyTensor
from build.dims import Dims
from build.networks.bert_qformer import qformer_blocks, qformer_dropped, qformer_names
from build.networks.imagebind_audio import imagebind_blocks, imagebind_source_shapes, imagebind_table
from build.quantize import Inputs
from build.tensor_table import Shapes, TensorTable
from build.workshop import Made, Workshop

FILE = "hearing.onnx"
MEAN, STD, CLIP_S = -4.268, 9.138, 5.0  # Source: ImageBind's audio preprocessing; BuboGPT's clips
N_CALIBRATION, CALIBRATION_S = 2, 8.0
_JOINER = "multimodal_joiner"
_QFORMER = f"{_JOINER}.modality_qformers.audio."
_PROJECTION = f"{_JOINER}.modality_post_projectors.audio.fc"


def make(workshop: Workshop, options: Mapping[str, Any]) -> Made:
    """Writes `hearing.onnx`: mel (b, clips, 1, bins, frames) -> embeddings (b, queries, width).

    Args:
        workshop: as all steps have it.
        options: names of sources: `encoder` (`imagebind_huge.pth`), `qformer` (`bubogpt_7b.pth`, projection included).

    Raises:
        BuildError: a checkpoint lacks a tensor or holds an unknown one.
    """
    dims = workshop.dims
    checkpoints = {role: workshop.checkpoint(options[role]) for role in ("encoder", "qformer")}
    blocks = hearing_blocks(dims, read_hearing(dims, checkpoints))
    mel = mel_input(dims)
    axes = {"mel": {0: "batch", 1: "clips"}}
    workshop.report(f"The audio encoder is exported in {len(blocks)} blocks.")
    quantize = workshop.quantize == "int4"
    quantized = export_blocks(blocks, workshop.out_dir / FILE, calibrate(mel), axes, quantize=quantize)
    return Made(HearingPart(FILE, mel, dims.nq), (FILE,), quantized.figures)


def read_hearing(dims: Dims, checkpoints: Mapping[str, Mapping[str, LazyTensor]]) -> dict[str, LazyTensor]:
    """The tensors of all blocks from the checkpoints by their roles. Raises what `TensorTable.select` raises."""
    encoder, reader = imagebind_table(dims), _qformer_table(dims)
    return encoder.select(checkpoints["encoder"]) | reader.select(checkpoints["qformer"])


def hearing_blocks(dims: Dims, tensors: Mapping[str, LazyTensor]) -> list[Block]:
    """The whole way from `mel` to `embeddings`."""
    return [*imagebind_blocks(dims, tensors), *qformer_blocks(dims, dims.a_dim, tensors)]


def source_shapes(dims: Dims) -> dict[str, Shapes]:
    """For each role of `make`'s options what its checkpoint must hold."""
    shapes = chain_shapes(hearing_blocks(dims, {}))
    return {"encoder": imagebind_source_shapes(dims), "qformer": _qformer_table(dims).source_shapes(shapes)}


def mel_input(dims: Dims) -> MelInput:
    """How a recording becomes `mel`."""
    return MelInput(RATE_HZ, dims.mel_bins, dims.mel_frames, MEAN, STD, CLIP_S, "bubogpt")


def calibrate(mel: MelInput) -> list[Inputs]:
    """Drawn recordings as the network takes them."""
    return [{"mel": mel_clips(wave, mel)[None]} for wave in draw_recordings(N_CALIBRATION, CALIBRATION_S)]


def _qformer_table(dims: Dims) -> TensorTable:
    projection = {f"{_PROJECTION}.{kind}": f"embeddings.{kind}" for kind in ("weight", "bias")}
    unused = (*qformer_dropped(_QFORMER.replace(".", r"\.")), rf"{_JOINER}\.modality_post_projectors\.vision\.fc\..+")
    return TensorTable("BuboGPT's checkpoint", qformer_names(dims, _QFORMER) | projection, unused)
