"""Sources of a whole pack at small sizes: the small checkpoints, and a drawn tagger, detectors and segmenter."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import sentencepiece
import torch
from safetensors.torch import load_file, save_file
from transformers import Sam2Model

from build.dims import Dims, read_dims
from build.parts.tagger import source_shapes
from build.tensor_table import random_tensors
from tests.parity.tiny_detectors import write_grounding_dino, write_owl
from tests.parity.tiny_segmenters import sam2_config

RECIPES = Path(__file__).parents[2] / "build" / "recipes"
RECIPE = RECIPES / "bubogpt-7b.toml"
SMALL = Path(__file__).parents[1] / "parity" / "data" / "bubogpt-small"
THINGS = ("dog", "bell", "cat", "bicycle", "siren", "picture", "field", "man", "image", "region", "scene", "track")
"""The tagger's labels, each a piece of the small tokenizer."""
_CERTAINTY = 4.0  # that a noun follows an article, and an article a noun
_ATTENTION = 6.0  # times the drawn weights: of all that was read, pictures too, a little is heeded, and that a lot
SMALLER = {"height = 480, width = 640": "height = 96, width = 128"}
"""Of the shipped recipe: the size at which the grounder looks, which takes the longest."""


def write_recipe(folder: Path, changes: Mapping[str, str] = SMALLER, recipe: Path = RECIPE) -> Path:
    """A shipped recipe with some of its text replaced."""
    text = recipe.read_text("utf-8")
    for theirs, ours in changes.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    (folder / recipe.name).write_text(text, "utf-8")
    return folder / recipe.name


def write_sources(folder: Path, threshold: float = 0.1) -> None:
    """What the recipe takes with the laptop's and the live grounding set; a tag holds where it reaches `threshold`."""
    shutil.copytree(SMALL, folder)
    tensors = random_tensors(source_shapes(read_dims(SMALL / "dims.json", Dims()))["network"])
    network = {name: torch.from_numpy(tensor.read()) for name, tensor in tensors.items()}
    torch.save({"model": network}, folder / "ram_swin_large_14m.pth")
    (folder / "ram_tag_list.txt").write_text("\n".join(THINGS))
    (folder / "ram_tag_list_threshold.txt").write_text(f"{threshold}\n" * len(THINGS))
    write_grounding_dino(folder / "grounding_dino")
    write_owl(folder / "owlvit", version=1)
    for name in ("merges.txt", "special_tokens_map.json", "tokenizer_config.json", "vocab.json"):
        (folder / "owlvit" / name).touch()  # the recipe names them, and nothing reads them beside a tokenizer.json
    Sam2Model(sam2_config()).save_pretrained(folder / "sam2_tiny")


def have_things_said(tensors: Mapping[str, torch.Tensor], tokenizer: Path) -> None:
    """Changes a LLaMA so that it says nothing but `the dog the cat the bell`, which of them depending on all it reads.

    Args:
        tensors: its weights, or some of them.
        tokenizer: its `tokenizer.model`.
    """
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(tokenizer))
    article, things = pieces.piece_to_id("▁the"), [pieces.piece_to_id(f"▁{thing}") for thing in THINGS]
    for name, tensor in tensors.items():
        if name.endswith("lm_head.weight"):
            silent = torch.ones(len(tensor), dtype=torch.bool)
            silent[[article, *things]] = False
            tensor[silent] = 0.0
            tensor[article, 0], tensor[things, 0] = -_CERTAINTY, _CERTAINTY
        elif name.endswith("embed_tokens.weight"):
            tensor[article, 0], tensor[things, 0] = _CERTAINTY, -_CERTAINTY
        elif name.endswith(("q_proj.weight", "v_proj.weight")):
            tensor.mul_(_ATTENTION)
        elif name.endswith(("o_proj.weight", "down_proj.weight")):
            tensor[0] = 0.0  # the layers leave alone what tells article and noun apart


def have_vicuna_say_things(folder: Path) -> None:
    """Does so in a folder of shards."""
    for shard in folder.glob("*.safetensors"):
        tensors = load_file(shard)
        have_things_said(tensors, folder / "tokenizer.model")
        save_file(tensors, shard)
