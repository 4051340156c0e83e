"""Grounding: Grounding DINO, OWL-ViT or OWLv2 as `grounder.onnx` and its companions, whichever the folder holds."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import (
    AutoTokenizer,
    GroundingDinoForObjectDetection,
    Owlv2ForObjectDetection,
    OwlViTForObjectDetection,
)

from bubo_desktop.engine.imaging import network_input
from bubo_desktop.engine.phrase_text import write_phrases
from bubo_desktop.engine.wordpieces import WordPieces
from bubo_desktop.packs.manifest import PhraseGrounder, PixelInput, VectorGrounder
from build.blockwise import Axes
from build.calibration import draw_pictures
from build.detector_export import DetectorExport
from build.errors import BuildError
from build.networks import grounding_dino, owl
from build.pretrained import load_network, read_kind
from build.quantize import Inputs
from build.random_detectors import write_random_detector
from build.workshop import Made, Workshop

FILE, BACKBONE, TEXT, TOKENIZER = (
    "grounder.onnx",
    "grounder_backbone.onnx",
    "grounder_text.onnx",
    "grounder_tokenizer.json",
)
VOCABULARIES = ("vocab.json", "vocab.txt")
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # Source: transformers, `GroundingDinoImageProcessor`
CLIP = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)  # Source: `OwlViTImageProcessor`
STRIDE_PX = 32  # of Grounding DINO's coarsest map of the backbone: other sizes would need padding inside
N_CALIBRATION = 2
PHRASES = ("dog", "a red car", "tree", "person", "wooden table", "cat", "window", "street light")


def make(workshop: Workshop, options: Mapping[str, Any]) -> Made:
    """Writes the files of a `PhraseGrounder` or a `VectorGrounder`.

    What reads pictures and texts becomes INT8 where calibration allows it; what gives boxes stays float32. Grounding
    DINO's encoder, half of its work, becomes INT8 where boxes show that it may (`DetectorExport.finish`).

    Args:
        workshop: as all steps have it.
        options: `source` names the folder; `height` and `width` are Grounding DINO's shorter and longer side in
            pixels; `threshold` (0..1) is that of boxes; `labels` are what OWL-ViT looks for where there is no tagger.

    Raises:
        BuildError: the folder holds another kind of network, lacks a tensor or holds an unknown one.
    """
    folder = workshop.file(options["source"])
    makers = {"grounding-dino": _make_phrases, "owlvit": _make_vectors, "owlv2": _make_vectors}
    kind = read_kind(folder)
    if kind not in makers:
        raise BuildError(f"{folder} holds a network of the kind {kind!r} instead of one of {', '.join(makers)}.")
    _write_tokenizer(folder, workshop.out_dir / TOKENIZER)
    return makers[kind](workshop, folder, options)


def random_folder(folder: Path, options: Mapping[str, Any]) -> None:
    """Writes a folder of the published form with random weights, for measuring at full size.

    Args:
        folder: where to.
        options: `network`, the published folder's name: `grounding-dino-tiny`, which it is where nothing is said, or
            `owlvit-base-patch32`.
    """
    write_random_detector(folder, options.get("network", "grounding-dino-tiny"))


def phrase_pixels(height: int, width: int) -> PixelInput:
    """Grounding DINO's input: a shorter side of `height` pixels, a longer one of at most `width`."""
    return PixelInput(height, width, "shortest", *IMAGENET, "bilinear", multiple=STRIDE_PX)


def owl_pixels(kind: str, size: int) -> PixelInput:
    """The square input of `owlvit` or `owlv2`, `size` pixels wide; OWLv2's is black beside the picture.

    Source: arXiv 2205.06230; github.com/huggingface/transformers/pull/41938.
    """
    if kind == "owlv2":
        return PixelInput(size, size, "corner", *CLIP, "bilinear", pad_rgb=(0.0, 0.0, 0.0))
    return PixelInput(size, size, "stretch", *CLIP)


def _make_phrases(workshop: Workshop, folder: Path, options: Mapping[str, Any]) -> Made:
    network = load_network(GroundingDinoForObjectDetection, folder, disable_custom_kernels=True)
    height, width = options.get("height", 480), options.get("width", 640)
    pixels = phrase_pixels(height, width)
    threshold = options.get("threshold", 0.25)  # Source: BuboGPT's grounding, github.com/magic-research/bubogpt
    n_most = network.config.max_text_len
    part = PhraseGrounder(FILE, BACKBONE, TEXT, TOKENIZER, pixels, threshold, iou_threshold=0.6, max_text_tokens=n_most)
    pictures = draw_pictures(N_CALIBRATION, width, height)
    export = DetectorExport(workshop, part, TOKENIZER)
    seen = [{"pixel_values": network_input(picture, pixels)} for picture in pictures]
    sides = grounding_dino.PictureSide(network), grounding_dino.TextSide(network), grounding_dino.BothSides(network)
    n_maps = len(network.model.input_proj_vision)
    maps = [f"map_{level}" for level in range(n_maps)]
    axes = {"pixel_values": {2: "height", 3: "width"}, **{name: {2: f"{name}_h", 3: f"{name}_w"} for name in maps}}
    export.write(BACKBONE, sides[0], seen, maps, axes)
    text = _text_inputs(WordPieces(workshop.out_dir / TOKENIZER), n_most)
    text_axes: Axes = {"input_ids": {1: "n"}, "attention_mask": {1: "n", 2: "n"}, "position_ids": {1: "n"}}
    export.write(TEXT, sides[1], [text], ["text_features"], {**text_axes, "text_features": {1: "n"}})
    both = _joined(sides[0], sides[1], seen[0], text, maps)
    both_axes = {**text_axes, **axes, "text_features": {1: "n"}, "logits": {1: "places", 2: "n"}}
    both_axes["pred_boxes"] = {1: "places"}
    export.write(FILE, sides[2], [both], ["logits", "pred_boxes"], both_axes, grounding_dino.gives_boxes)
    return export.finish(pictures, PHRASES, doubtful=FILE)


def _make_vectors(workshop: Workshop, folder: Path, options: Mapping[str, Any]) -> Made:
    kind = read_kind(folder)
    network = load_network(Owlv2ForObjectDetection if kind == "owlv2" else OwlViTForObjectDetection, folder)
    size = network.config.vision_config.image_size
    pixels = owl_pixels(kind, size)
    n_most = network.config.text_config.max_position_embeddings
    threshold = options.get("threshold", 0.1)  # Source: transformers, the example of `OwlViTForObjectDetection`
    labels = tuple(options.get("labels", ()))
    part = VectorGrounder(
        FILE, TEXT, TOKENIZER, pixels, threshold, iou_threshold=0.6, max_text_tokens=n_most, labels=labels
    )
    pictures = draw_pictures(N_CALIBRATION, size, size * 3 // 4)
    export = DetectorExport(workshop, part, TOKENIZER)
    seen = [{"pixel_values": network_input(picture, pixels)} for picture in pictures]
    outputs = ["pred_boxes", "class_embeds", "logit_shift", "logit_scale"]
    batch: Axes = {name: {0: "batch"} for name in ("pixel_values", *outputs)}
    export.write(FILE, owl.PictureSide(network), seen, outputs, batch, owl.gives_boxes)
    pieces = WordPieces(workshop.out_dir / TOKENIZER)
    rows = [pieces.encode(part.prompt.format(phrase), n_most) for phrase in PHRASES]
    ids = np.array([row + [0] * (n_most - len(row)) for row in rows], np.int64)
    axes: Axes = {"input_ids": {0: "phrases", 1: "n"}, "text_embeds": {0: "phrases"}}
    export.write(TEXT, owl.TextSide(network), [{"input_ids": ids}], ["text_embeds"], axes)
    return export.finish(pictures, PHRASES)


def _write_tokenizer(folder: Path, target: Path) -> None:
    """Hugging Face's `tokenizer.json`; of older folders it is made from the vocabulary."""
    if (folder / "tokenizer.json").is_file():
        shutil.copyfile(folder / "tokenizer.json", target)
    elif any((folder / name).is_file() for name in VOCABULARIES):  # without, transformers makes an empty one
        AutoTokenizer.from_pretrained(folder, local_files_only=True).backend_tokenizer.save(str(target))
    else:
        raise BuildError(f"{folder} holds neither a tokenizer.json nor one of {', '.join(VOCABULARIES)}.")


def _text_inputs(pieces: WordPieces, n_most: int) -> Inputs:
    text = next(write_phrases(PHRASES, pieces, n_most))
    masks = {"attention_mask": text.attention_mask()[None], "position_ids": text.position_ids()[None]}
    return {"input_ids": text.input_ids[None], **masks}


@torch.no_grad()
def _joined(
    picture_side: nn.Module, text_side: nn.Module, picture: Inputs, text: Inputs, maps: Sequence[str]
) -> Inputs:
    """An example of what the detector is given."""
    seen = picture_side(torch.from_numpy(np.array(picture["pixel_values"])))
    features = text_side(*(torch.from_numpy(value) for value in text.values()))
    given = {"text_features": features.numpy(), **{name: text[name] for name in ("attention_mask", "position_ids")}}
    return {**given, **{name: each.numpy() for name, each in zip(maps, seen, strict=True)}}
