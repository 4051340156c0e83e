"""Segmenting: SAM or SAM 2 as `segmenter_encoder.onnx` and `segmenter_decoder.onnx`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.numpy import save_file
from torch import nn
from torch.jit._trace import TracerWarning
from transformers import Sam2Config, SamConfig

from bubo_desktop.engine.imaging import network_input
from bubo_desktop.engine.sessions import Session
from bubo_desktop.packs.manifest import BoxSegmenter, PixelInput
from build.blockwise import export_blocks
from build.calibration import draw_pictures
from build.errors import BuildError
from build.networks import sam
from build.networks.sam_encoder import sam_blocks
from build.onnx_export import export_onnx
from build.quantize import Inputs, cosine, quantize_int8
from build.tensor_table import random_tensors
from build.workshop import Made, Workshop

ENCODER, DECODER = "segmenter_encoder.onnx", "segmenter_decoder.onnx"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # Source: ImageNet's, as in SAM and SAM 2
N_CALIBRATION = 1  # it has 4096 places; a second one doubles the time, which for ViT-H is many minutes
_EXAMPLE_BOXES = ((0.1, 0.2, 0.5, 0.7), (0.0, 0.0, 1.0, 1.0), (0.6, 0.5, 0.9, 0.8))  # of the input's width and height
_TENSORS_PER_FILE = 64


def make(workshop: Workshop, options: Mapping[str, Any]) -> Made:
    """Writes the encoder, pixel_values (b, 3, h, w) -> maps, and the decoder, maps and input_boxes (1, n, 4) ->
    pred_masks (1, n, masks, h, w) and iou_scores (1, n, masks); `n` may be any number.

    Args:
        workshop: as all steps have it.
        options: `source`, the name of a folder of transformers' `SamModel`, `Sam2Model` or `Sam2VideoModel`;
            `multimask`, whether the decoder gives three masks a box instead of one.

    Raises:
        BuildError: the folder holds no such network, lacks a tensor or holds an unknown one, or the encoder would be
            too large for one file.
    """
    folder = workshop.file(options["source"])
    config = sam.read_config(folder)
    weights = sam.read_weights(folder, config)
    network = sam.fill_network(config, weights)
    pixels = pixel_input(config)
    pictures = draw_pictures(N_CALIBRATION, pixels.width, pixels.height)
    calibration = [{"pixel_values": network_input(picture, pixels)} for picture in pictures]
    workshop.report(f"The segmenter's encoder is exported, {type(config).__name__.removesuffix('Config')}.")
    if isinstance(config, SamConfig):
        blocks = sam_blocks(config.vision_config, weights)
        quantize = workshop.quantize == "int4"
        axes = {"pixel_values": {0: "batch"}}
        figures = export_blocks(blocks, workshop.out_dir / ENCODER, calibration, axes, quantize=quantize).figures
    else:
        figures = _export_whole_encoder(sam.Sam2Encoder(network), calibration, workshop)
    decoder = sam.BoxDecoder(network, multimask=options.get("multimask", False))
    figures |= _export_decoder(decoder, sam.MAPS[type(config)], calibration[0], workshop.out_dir)
    return Made(BoxSegmenter(ENCODER, DECODER, pixels), (ENCODER, DECODER), figures)


def pixel_input(config: sam.Config) -> PixelInput:
    """How a picture becomes the encoder's input: SAM pads it with zeros, SAM 2 stretches it.

    Source: transformers, `SamImageProcessor` and `Sam2ImageProcessor`.
    """
    size = config.prompt_encoder_config.image_size
    fit: Literal["corner", "stretch"] = "corner" if isinstance(config, SamConfig) else "stretch"
    return PixelInput(size, size, fit, MEAN, STD, "bilinear", MEAN)


def random_folder(folder: Path, options: Mapping[str, Any]) -> None:
    """Writes a folder of the published form with random weights, for measuring at full size.

    Args:
        folder: where to.
        options: `network`, the published folder's name: `sam-vit-huge`, `sam-vit-base` or `sam2.1-hiera-tiny`, which
            it is where nothing is said.

    Raises:
        BuildError: `network` is none of these.
    """
    write_random_folder(folder, _published_config(options.get("network", "sam2.1-hiera-tiny")))


def write_random_folder(folder: Path, config: sam.Config) -> None:
    """Writes `config.json` and drawn weights, a few tensors at a time."""
    config.save_pretrained(folder)
    tensors = list(random_tensors(sam.source_shapes(config)).items())
    for start in range(0, len(tensors), _TENSORS_PER_FILE):
        some = dict(tensors[start : start + _TENSORS_PER_FILE])
        save_file({name: tensor.read() for name, tensor in some.items()}, folder / f"weights-{start:04}.safetensors")


def _published_config(name: str) -> sam.Config:
    """Sizes. Source: config.json of the repositories of these names of facebook's."""
    if name == "sam2.1-hiera-tiny":
        return Sam2Config()
    if name == "sam-vit-base":
        return SamConfig()
    if name == "sam-vit-huge":
        sizes = {"hidden_size": 1280, "num_hidden_layers": 32, "num_attention_heads": 16}
        return SamConfig(vision_config=sizes | {"global_attn_indexes": [7, 15, 23, 31]})
    raise BuildError(f"There is no random segmenter called {name}.")


def _export_whole_encoder(
    encoder: sam.Sam2Encoder, calibration: Sequence[Inputs], workshop: Workshop
) -> dict[str, float | str]:
    target = workshop.out_dir / ENCODER
    exact = target if workshop.quantize == "none" else workshop.scratch_dir / ENCODER
    _export(encoder, calibration[0], exact, sam.MAPS[Sam2Config], {})
    figures: dict[str, float | str] = {"cosine": _agreement(encoder, exact, calibration)}
    if exact != target:
        quantized = quantize_int8(exact, target, calibration)
        figures = quantized.figures | ({"kept_float32": ", ".join(quantized.kept)} if quantized.kept else {})
        exact.unlink()
    return figures | {"size_mb": round(target.stat().st_size / 1e6, 1)}


def _export_decoder(
    decoder: sam.BoxDecoder, maps: Sequence[str], picture: Inputs, out_dir: Path
) -> dict[str, float | str]:
    """Stays float32: it is small, and what it gives is drawn on the screen."""
    size = picture["pixel_values"].shape[-1]
    seen = Session(out_dir / ENCODER, n_threads=1).run(**picture)
    boxes = (torch.tensor([_EXAMPLE_BOXES]) * size).numpy()
    inputs: Inputs = {**{name: seen[name] for name in maps}, "input_boxes": boxes}
    names = ("pred_masks", "iou_scores")
    _export(decoder, inputs, out_dir / DECODER, names, {name: {1: "boxes"} for name in ("input_boxes", *names)})
    size_mb = round((out_dir / DECODER).stat().st_size / 1e6, 1)
    return {"decoder_cosine": _agreement(decoder, out_dir / DECODER, [inputs]), "decoder_size_mb": size_mb}


def _export(
    network: nn.Module, inputs: Inputs, path: Path, outputs: Sequence[str], axes: Mapping[str, Mapping[int, str]]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TracerWarning)  # sizes are frozen on purpose
        export_onnx(network, _tensors(inputs), path, list(inputs), outputs, axes)


def _agreement(network: nn.Module, path: Path, runs: Sequence[Inputs]) -> float:
    """The lowest cosine between any output of a network and of its file."""
    session = Session(path, n_threads=1)
    cosines = []
    for inputs in runs:
        with torch.no_grad():
            wanted = network(*_tensors(inputs))
        found = session.run(**inputs)
        cosines += [cosine(a.numpy(), found[name]) for a, name in zip(wanted, session.output_names, strict=True)]
    return min(cosines)


def _tensors(inputs: Inputs) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor(value) for value in inputs.values())
