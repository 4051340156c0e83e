"""Seeing with a question in mind: InstructBLIP's encoder as `vision.onnx`, its Q-Former as `question_reader.onnx`."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bubo_desktop.engine.sessions import Session
from bubo_desktop.engine.wordpieces import WordPieces
from bubo_desktop.packs.manifest import PixelInput, QuestionReader, VisionPart
from build.blockwise import export_blocks, fill_block
from build.dims import Dims
from build.networks.instructblip import read_instructblip, reader_block, vision_blocks
from build.networks.instructblip import source_shapes as network_shapes
from build.parts.vision import MEAN, STD, calibrate
from build.quantize import Inputs
from build.random_detectors import word_tokenizer
from build.tensor_table import Shapes
from build.whole_export import export_whole
from build.workshop import Made, Workshop

VISION_FILE, READER_FILE, TOKENIZER_FILE = "vision.onnx", "question_reader.onnx", "question_tokenizer.json"
SOURCE_TOKENIZER = "qformer_tokenizer/tokenizer.json"
MAX_QUESTION_TOKENS = 128  # Source: LAVIS, blip2_vicuna_instruct.py, max_txt_len
_QUESTIONS = (
    "What is this?",
    "Describe the picture in detail.",
    "How many are there, and what is to the left of them?",
)
_AXES = {"features": {0: "batch"}, "input_ids": {0: "batch", 1: "words"}, "embeddings": {0: "batch"}}


def make(workshop: Workshop, options: Mapping[str, Any]) -> Made:
    """Writes the encoder, pixel_values (b, 3, h, w) -> features (b, n, d), and what reads these for a question.

    Args:
        workshop: as all steps have it.
        options: `source` names the checkpoint's folder, which holds the language network too.

    Raises:
        BuildError: the folder lacks a tensor or holds an unknown one, or a file would be too large.
    """
    dims = workshop.dims
    tensors = read_instructblip(dims, workshop.checkpoint(options["source"]))
    tokenizer = workshop.out_dir / TOKENIZER_FILE
    shutil.copyfile(workshop.file(options["source"]) / SOURCE_TOKENIZER, tokenizer)
    pixels = PixelInput(dims.img, dims.img, "stretch", MEAN, STD)
    pictures, blocks = calibrate(pixels), vision_blocks(dims, tensors)
    workshop.report(f"The image encoder is exported in {len(blocks)} blocks.")
    vision, quantizes = workshop.out_dir / VISION_FILE, workshop.quantize == "int4"
    seen = export_blocks(blocks, vision, pictures, {"pixel_values": {0: "batch"}}, quantize=quantizes)
    workshop.report("The reader of questions is exported.")
    questions = _ask(vision, pictures, WordPieces(tokenizer))
    scratch_dir = workshop.scratch_dir if quantizes else None
    network = fill_block(reader_block(dims, tensors))
    read = export_whole(network, workshop.out_dir / READER_FILE, questions, "embeddings", _AXES, scratch_dir)
    reader = QuestionReader(READER_FILE, TOKENIZER_FILE, MAX_QUESTION_TOKENS)
    figures = seen.figures | {f"reader_{name}": figure for name, figure in read.items()}
    part = VisionPart(VISION_FILE, pixels, dims.nq, reader)
    return Made(part, (VISION_FILE, READER_FILE, TOKENIZER_FILE), figures)


def source_shapes(dims: Dims) -> dict[str, Shapes]:
    """For the role `source` of `make`'s options what its checkpoint must hold beside the language network."""
    return {"source": network_shapes(dims)}


def random_folder(folder: Path, _options: Mapping[str, Any]) -> None:
    """Writes what the folder must hold beside its weights: a tokenizer, which spells every word."""
    path = folder / SOURCE_TOKENIZER
    path.parent.mkdir()
    word_tokenizer().save(str(path))


def _ask(vision: Path, pictures: Sequence[Inputs], pieces: WordPieces) -> list[Inputs]:
    """The reader's calibration inputs: a question about each picture, as the exported encoder sees it."""
    session = Session(vision, n_threads=1)
    asked = [np.array([pieces.encode(question, MAX_QUESTION_TOKENS)], np.int64) for question in _QUESTIONS]
    return [
        {"features": session.run(**picture)["features"], "input_ids": input_ids}
        for picture, input_ids in zip(pictures, asked, strict=False)
    ]
