"""InstructBLIP's eyes: EVA ViT-g, and a Q-Former that reads the question while it looks.

Source: arXiv 2305.06500; names of tensors and sizes as in transformers, `InstructBlipForConditionalGeneration`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn

from build.blockwise import Block, chain_shapes, take
from build.checkpoint import LazyTensor
from build.dims import Dims
from build.networks.bert_qformer import CROSS_EVERY, NORM_EPS, Attention
from build.networks.eva_vit import FEATURES, eva_blocks
from build.tensor_table import Shapes, TensorTable, check_shapes

N_WORDS = 30523  # BERT's 30522 and one that opens a decoder's sentence. Source: the checkpoint's config.json
N_POSITIONS = 512
READER = "reader"
WORD_EMBEDDINGS = "qformer.embeddings.word_embeddings.weight"
_FEATURES_EPS = 1e-6  # Source: the checkpoint's config.json, vision_config.layer_norm_eps
_VISION_NAMES = {
    "layer_norm1": "attention_norm", "layer_norm2": "mlp_norm", "self_attn.qkv": "attention.qkv",
    "self_attn.projection": "attention.out", "mlp.fc1": "mlp.0", "mlp.fc2": "mlp.2",
}  # fmt: skip
_ATTENTION_NAMES = {
    "attention.query": "query", "attention.key": "key", "attention.value": "value",
    "output.dense": "out", "output.LayerNorm": "norm",
}  # fmt: skip
_QUERY_NAMES = {"intermediate_query.dense": "mlp.0", "output_query.dense": "mlp.2", "output_query.LayerNorm": "norm"}
_TEXT_NAMES = {"intermediate.dense": "text_mlp.0", "output.dense": "text_mlp.2", "output.LayerNorm": "text_norm"}


class ReadingLayer(nn.Module):
    """A post-norm transformer block of queries and words, which see each other; the queries may look at features too.

    Args:
        features_width: of the features that the queries look at; 0 where they do not.
        goes_on: whether a further layer needs the words.
    """

    def __init__(self, dims: Dims, features_width: int, *, goes_on: bool) -> None:
        super().__init__()
        width = dims.q_hidden
        self.attention = Attention(width, width, dims.q_heads)
        self.cross = Attention(width, features_width, dims.q_heads) if features_width else None
        self.mlp, self.norm = _mlp(dims), nn.LayerNorm(width, NORM_EPS)
        self.text_mlp = _mlp(dims) if goes_on else None
        self.text_norm = nn.LayerNorm(width, NORM_EPS) if goes_on else None
        self._n_queries = dims.nq

    def forward(self, rows: Tensor, features: Tensor) -> Tensor:
        """rows: (b, queries + words, width), features: (b, n, d) -> rows; the last layer gives the queries only."""
        kept = rows if self.text_mlp else rows[:, : self._n_queries]
        rows = self.attention(kept, rows)
        queries, words = rows[:, : self._n_queries], rows[:, self._n_queries :]
        if self.cross:
            queries = self.cross(queries, features)
        queries = self.norm(queries + self.mlp(queries))
        if self.text_mlp is None or self.text_norm is None:
            return queries
        return torch.cat([queries, self.text_norm(words + self.text_mlp(words))], dim=1)


class QuestionReader(nn.Module):
    """What the language network is shown of a picture, for a question about it."""

    def __init__(self, dims: Dims, n_words: int, n_positions: int) -> None:
        super().__init__()
        self.queries = nn.Parameter(torch.empty(1, dims.nq, dims.q_hidden))
        self.words = nn.Embedding(n_words, dims.q_hidden)
        self.positions = nn.Embedding(n_positions, dims.q_hidden)
        self.norm = nn.LayerNorm(dims.q_hidden, NORM_EPS)
        self.layers = nn.ModuleList(
            ReadingLayer(dims, 0 if number % CROSS_EVERY else dims.v_dim, goes_on=number < dims.q_layers - 1)
            for number in range(dims.q_layers)
        )
        self.projection = nn.Linear(dims.q_hidden, dims.llm)

    def forward(self, features: Tensor, input_ids: Tensor) -> Tensor:
        """features: (b, n, d), input_ids: int64 (b, words), at least one -> (b, queries, width of the language)."""
        words = self.words(input_ids) + self.positions.weight[: input_ids.shape[1]]
        queries = self.queries.expand(features.shape[0], -1, -1)
        rows = self.norm(torch.cat([queries, words], dim=1))
        for layer in self.layers:
            rows = layer(rows, features)
        return self.projection(rows)


def read_instructblip(dims: Dims, checkpoint: Mapping[str, LazyTensor]) -> dict[str, LazyTensor]:
    """The tensors of `vision_blocks` and `reader_block` from those of the whole checkpoint.

    Raises:
        BuildError: some are missing, unknown or of other sizes; all are named.
    """
    table = instructblip_table(dims)
    tensors = table.select(checkpoint)
    check_shapes(table.source, tensors, chain_shapes([*vision_blocks(dims, tensors), reader_block(dims, tensors)]))
    return tensors


def vision_blocks(dims: Dims, tensors: Mapping[str, LazyTensor]) -> list[Block]:
    """The encoder from `pixel_values` to `features`."""
    *blocks, last = eva_blocks(dims, tensors)
    return [*blocks, replace(last, make=partial(nn.LayerNorm, dims.v_dim, _FEATURES_EPS))]


def reader_block(dims: Dims, tensors: Mapping[str, LazyTensor]) -> Block:
    """The Q-Former, which knows as many words as the tensors say."""
    own = take(tensors, READER)
    n_words, n_positions = (own[f"{name}.weight"].shape[0] for name in ("words", "positions"))
    return Block(READER, partial(QuestionReader, dims, n_words, n_positions), (FEATURES, "input_ids"), own)


def instructblip_table(dims: Dims) -> TensorTable:
    """Names in the whole checkpoint; the language network, which is another part's, is left out."""
    names = {
        "vision_model.embeddings.class_embedding": "patches.class_token",
        "vision_model.embeddings.position_embedding": "patches.positions",
        "query_tokens": f"{READER}.queries",
        WORD_EMBEDDINGS: f"{READER}.words.weight",
        "qformer.embeddings.position_embeddings.weight": f"{READER}.positions.weight",
    }
    layers = {
        "vision_model.embeddings.patch_embedding": "patches.projection",
        "vision_model.post_layernorm": FEATURES,
        "qformer.embeddings.layernorm": f"{READER}.norm",
        "language_projection": f"{READER}.projection",
    }
    for number in range(dims.v_depth):
        layers |= _under(f"vision_model.encoder.layers.{number}", f"layers.{number}", _VISION_NAMES)
    for number in range(dims.q_layers):
        layers |= _under(f"qformer.encoder.layer.{number}", f"{READER}.layers.{number}", _reading_names(number, dims))
    names |= {f"{theirs}.{kind}": f"{ours}.{kind}" for theirs, ours in layers.items() for kind in ("weight", "bias")}
    last = rf"qformer\.encoder\.layer\.{dims.q_layers - 1}"
    dropped = (
        r"language_model\..+",
        r"qformer\.embeddings\.position_ids",  # 0, 1, 2, ...
        rf"{last}\.(intermediate\.dense|output\.dense|output\.LayerNorm)\.(weight|bias)",  # no layer reads on
    )
    return TensorTable("InstructBLIP's checkpoint", names, dropped)


def source_shapes(dims: Dims) -> Shapes:
    """What the checkpoint must hold beside the language network."""
    reader = Block(READER, partial(QuestionReader, dims, N_WORDS, N_POSITIONS), ())
    return instructblip_table(dims).source_shapes(chain_shapes([*vision_blocks(dims, {}), reader]))


def _reading_names(number: int, dims: Dims) -> dict[str, str]:
    """Names in one layer of the Q-Former."""
    names = _under("attention", "attention", _ATTENTION_NAMES) | _QUERY_NAMES
    if number % CROSS_EVERY == 0:
        names |= _under("crossattention", "cross", _ATTENTION_NAMES)
    return names | (_TEXT_NAMES if number < dims.q_layers - 1 else {})


def _under(theirs: str, ours: str, names: Mapping[str, str]) -> dict[str, str]:
    return {f"{theirs}.{name}": f"{ours}.{our_name}" for name, our_name in names.items()}


def _mlp(dims: Dims) -> nn.Sequential:
    return nn.Sequential(nn.Linear(dims.q_hidden, dims.q_ffn), nn.GELU(), nn.Linear(dims.q_ffn, dims.q_hidden))
