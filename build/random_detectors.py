"""Detectors of the published sizes with random weights, in the published form: for measuring speed and memory."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn
from transformers import (
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    OwlViTConfig,
    OwlViTForObjectDetection,
    PreTrainedModel,
    SwinConfig,
)

from build.errors import BuildError

_LAYER_SCALE = 0.5  # of Grounding DINO's fusion, which is published with 1e-4 to begin with
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CLS, _SEP, _STOP, _QUESTION = 101, 102, 1012, 1029  # Source: bert-base-uncased
_CLIP_BEGIN, _CLIP_END = 49406, 49407  # Source: openai/clip-vit-base-patch32


def write_random_detector(folder: Path, name: str) -> None:
    """Writes `config.json`, weights and `tokenizer.json`.

    Raises:
        BuildError: `name` is none that is known here.
    """
    made = {"grounding-dino-tiny": _grounding_dino, "owlvit-base-patch32": _owlvit}
    if name not in made:
        raise BuildError(f"There is no random network called {name}; there are {', '.join(made)}.")
    network, tokenizer = made[name]()
    draw_weights(network)
    network.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))


@torch.no_grad()
def draw_weights(network: nn.Module, seed: int = 0) -> None:
    """Draws matrices with a variance of one over the fan-in, so that activations keep their size: what a library
    draws is so small that every comparison of two versions would succeed.
    """
    generator = torch.Generator().manual_seed(seed)
    for name, weights in network.named_parameters():
        if weights.ndim >= 2:
            weights.normal_(0.0, weights[0].numel() ** -0.5, generator=generator)
        elif name.endswith(("vision_param", "text_param")):
            weights.fill_(_LAYER_SCALE)
        elif name.endswith("bias"):
            weights.normal_(0.0, 0.1, generator=generator)


def word_tokenizer() -> Tokenizer:
    """A WordPiece tokenizer with BERT's marks in BERT's places, which spells every word."""
    vocabulary = {"[PAD]": 0, "[UNK]": 100, "[CLS]": _CLS, "[SEP]": _SEP, ".": _STOP, "?": _QUESTION}
    vocabulary |= {letter: 1030 + number for number, letter in enumerate(_LETTERS)}
    vocabulary |= {f"##{letter}": 1060 + number for number, letter in enumerate(_LETTERS)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106 - no password
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    marks = [("[CLS]", _CLS), ("[SEP]", _SEP)]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=marks)
    return tokenizer


def letter_tokenizer(begin: int = _CLIP_BEGIN, end: int = _CLIP_END) -> Tokenizer:
    """A byte-level BPE tokenizer with CLIP's marks, without a single merge; the end has the highest number."""
    marks = [("<|startoftext|>", begin), ("<|endoftext|>", end)]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: number for number, letter in enumerate(letters, 1)} | dict(marks)
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    template = f"{marks[0][0]} $A {marks[1][0]}"
    tokenizer.post_processor = processors.TemplateProcessing(single=template, special_tokens=marks)
    return tokenizer


def _grounding_dino() -> tuple[PreTrainedModel, Tokenizer]:
    """Sizes. Source: config.json of IDEA-Research/grounding-dino-tiny."""
    stages = ["stage2", "stage3", "stage4"]
    backbone = SwinConfig(depths=[2, 2, 6, 2], num_heads=[3, 6, 12, 24], window_size=7, out_features=stages)
    config = GroundingDinoConfig(backbone_config=backbone.to_dict(), disable_custom_kernels=True)
    return GroundingDinoForObjectDetection(config), word_tokenizer()


def _owlvit() -> tuple[PreTrainedModel, Tokenizer]:
    """Sizes: those of transformers' defaults. Source: config.json of google/owlvit-base-patch32."""
    return OwlViTForObjectDetection(OwlViTConfig()), letter_tokenizer()
