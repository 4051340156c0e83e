"""Seeing: EVA ViT-g, BLIP-2's Q-Former and BuboGPT's projection as `vision.onnx`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bubo_desktop.engine.imaging import network_input
from bubo_desktop.packs.manifest import PixelInput, VisionPart
from build.blockwise import Block, chain_shapes, export_blocks
from build.calibration import draw_pictures
from build.checkpoint import LazyTensor
from build.dims import Dims
from build.networks.bert_qformer import qformer_blocks, qformer_dropped, qformer_names
from build.networks.eva_vit import eva_blocks, eva_source_shapes, read_eva
from build.quantize import Inputs
from build.tensor_table import Shapes, TensorTable
from build.workshop import Made, Workshop

FILE = "vision.onnx"
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)  # Source: CLIP, arXiv 2103.00020
N_CALIBRATION = 4
_JOINER = "multimodal_joiner"
_PROJECTION = f"{_JOINER}.modality_post_projectors.vision.fc"


def make(workshop: Workshop, options: Mapping[str, Any]) -> Made:
    """Writes `vision.onnx`: pixel_values (b, 3, h, w) -> embeddings (b, queries, width).

    Args:
        workshop: as all steps have it.
        options: names of sources: `encoder` (`eva_vit_g.pth`), `qformer` (`blip2_pretrained_flant5xxl.pth`) and
            `projection` (`bubogpt_7b.pth`).

    Raises:
        BuildError: a checkpoint lacks a tensor or holds an unknown one, or the file would be too large.
    """
    dims = workshop.dims
    checkpoints = {role: workshop.checkpoint(options[role]) for role in ("encoder", "qformer", "projection")}
    blocks = vision_blocks(dims, read_vision(dims, checkpoints))
    pixels = PixelInput(dims.img, dims.img, "crop", MEAN, STD)
    axes = {"pixel_values": {0: "batch"}}
    workshop.report(f"The image encoder is exported in {len(blocks)} blocks.")
    quantize = workshop.quantize == "int4"
    quantized = export_blocks(blocks, workshop.out_dir / FILE, calibrate(pixels), axes, quantize=quantize)
    return Made(VisionPart(FILE, pixels, dims.nq), (FILE,), quantized.figures)


def read_vision(dims: Dims, checkpoints: Mapping[str, Mapping[str, LazyTensor]]) -> dict[str, LazyTensor]:
    """The tensors of all blocks from the checkpoints by their roles. Raises what `TensorTable.select` raises."""
    qformer, projection = _qformer_table(dims), _projection_table()
    return (
        read_eva(checkpoints["encoder"], dims)
        | qformer.select(checkpoints["qformer"])
        | projection.select(checkpoints["projection"])
    )


def vision_blocks(dims: Dims, tensors: Mapping[str, LazyTensor]) -> list[Block]:
    """The whole way from `pixel_values` to `embeddings`."""
    return [*eva_blocks(dims, tensors), *qformer_blocks(dims, dims.v_dim, tensors)]


def source_shapes(dims: Dims) -> dict[str, Shapes]:
    """For each role of `make`'s options what its checkpoint must hold."""
    shapes = chain_shapes(vision_blocks(dims, {}))
    return {
        "encoder": eva_source_shapes(dims),
        "qformer": _qformer_table(dims).source_shapes(shapes),
        "projection": _projection_table().source_shapes(shapes),
    }


def calibrate(pixels: PixelInput) -> list[Inputs]:
    """Drawn pictures as the network takes them."""
    pictures = draw_pictures(N_CALIBRATION, pixels.width, pixels.height)
    return [{"pixel_values": network_input(picture, pixels)} for picture in pictures]


def _qformer_table(dims: Dims) -> TensorTable:
    norms = {f"ln_vision.{kind}": f"features.{kind}" for kind in ("weight", "bias")}
    unused = (*qformer_dropped(), r"t5_proj\.(weight|bias)", r"t5_model\..+")
    return TensorTable("the image Q-Former's checkpoint", qformer_names(dims) | norms, unused)


def _projection_table() -> TensorTable:
    names = {f"{_PROJECTION}.{kind}": f"embeddings.{kind}" for kind in ("weight", "bias")}
    unused = (rf"{_JOINER}\.modality_qformers\.audio\..+", rf"{_JOINER}\.modality_post_projectors\.audio\.fc\..+")
    return TensorTable("BuboGPT's checkpoint", names, unused)
