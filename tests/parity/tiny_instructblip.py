"""InstructBLIP of transformers at a tiny size with drawn weights, in a folder of the published form."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
    InstructBlipQFormerConfig,
    InstructBlipVisionConfig,
    LlamaConfig,
)

from build.parts.question_vision import SOURCE_TOKENIZER

SIZES = {
    "img": 28, "patch": 7, "v_dim": 48, "v_depth": 2, "v_heads": 4, "v_mlp": 96,
    "q_hidden": 32, "q_layers": 3, "q_heads": 4, "q_ffn": 64, "nq": 5,
}  # fmt: skip
"""Changes of `build.dims.Dims`; the language network's sizes are the caller's."""
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "what", "is", "this", "?", "how", "many"]


def draw_instructblip(language: LlamaConfig) -> InstructBlipForConditionalGeneration:
    config = InstructBlipConfig(
        vision_config=InstructBlipVisionConfig(
            hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, image_size=28,
            patch_size=7,
        ),
        qformer_config=InstructBlipQFormerConfig(
            vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=64,
            max_position_embeddings=128, encoder_hidden_size=48,
        ),
        text_config=language,
        num_query_tokens=5,
    )  # fmt: skip
    network = InstructBlipForConditionalGeneration(config).eval()
    generator = torch.Generator().manual_seed(0)
    for parameter in network.parameters():  # the library's draw is too small to tell one network from another
        spread = parameter.shape[-1] ** -0.5 if parameter.ndim > 1 else 0.2
        parameter.data += torch.randn(parameter.shape, generator=generator) * spread
    return network


def write_instructblip(network: InstructBlipForConditionalGeneration, folder: Path) -> None:
    network.save_pretrained(folder)
    tokenizer = Tokenizer(models.WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    (folder / SOURCE_TOKENIZER).parent.mkdir()
    tokenizer.save(str(folder / SOURCE_TOKENIZER))
