"""Recognize Anything: the tagger's network, from a picture to a logit for each label.

What depends on no picture is worked out when the network is made: the labels' vectors and the first layer's queries.

Source: arXiv 2306.03514; github.com/xinyu1205/recognize-anything, ram/models/ram.py and ram/configs/q2l_config.json.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from build.checkpoint import LazyTensor
from build.dims import RamDims
from build.networks.attention import attend
from build.networks.swin import SWIN_DROPPED, Swin, swin_names, swin_width
from build.tensor_table import Shapes, TensorTable, check_shapes

_NORM_EPS = 1e-12  # Source: q2l_config.json
_HEAD = "tagging_head.encoder.layer"
_ENCODER = "visual_encoder"


class LabelLayer(nn.Module):
    """A layer in which labels look at the picture: cross-attention and an MLP, each added and then normalised."""

    def __init__(self, dims: RamDims, *, asks: bool) -> None:
        super().__init__()
        self.query = nn.Linear(dims.q_hidden, dims.q_hidden) if asks else None
        self.key = nn.Linear(dims.label_dim, dims.q_hidden)
        self.value = nn.Linear(dims.label_dim, dims.q_hidden)
        self.attended = nn.Linear(dims.q_hidden, dims.q_hidden)
        self.attended_norm = nn.LayerNorm(dims.q_hidden, _NORM_EPS)
        self.fc1 = nn.Linear(dims.q_hidden, dims.q_ffn)
        self.fc2 = nn.Linear(dims.q_ffn, dims.q_hidden)
        self.norm = nn.LayerNorm(dims.q_hidden, _NORM_EPS)
        self._n_heads = dims.q_heads

    def forward(self, labels: Tensor, image: Tensor, queries: Tensor) -> Tensor:
        """Maps labels [B or 1, labels, width], shown the picture's tokens [B, tokens, d].

        `queries`, as long as the labels, are used where the layer does not work out its own.
        """
        queries = self.query(labels) if self.query else queries
        seen = attend(queries, self.key(image), self.value(image), self._n_heads)
        labels = self.attended_norm(self.attended(seen) + labels)
        return self.norm(self.fc2(F.gelu(self.fc1(labels))) + labels)


class Ram(nn.Module):
    """The tagger, for some or all of the labels.

    Args:
        dims: sizes.
        n_labels: how many labels it answers for.
    """

    def __init__(self, dims: RamDims, n_labels: int) -> None:
        super().__init__()
        self.encoder = Swin(dims)
        self.image_projection = nn.Linear(swin_width(dims), dims.label_dim)
        self.labels = nn.Parameter(torch.empty(1, n_labels, dims.q_hidden))
        self.queries = nn.Parameter(torch.empty(1, n_labels, dims.q_hidden))
        self.layers = nn.ModuleList(LabelLayer(dims, asks=number > 0) for number in range(dims.q_layers))
        self.score = nn.Linear(dims.q_hidden, 1)

    def look(self, pixel_values: Tensor) -> Tensor:
        """float32 [B, 3, img, img] -> the picture's tokens [B, 1 + places, label_dim]."""
        return self.image_projection(self.encoder(pixel_values))

    def forward(self, pixel_values: Tensor) -> Tensor:
        """float32 [B, 3, img, img], as `PixelInput` makes it -> logits [B, labels], before the sigmoid."""
        image, labels = self.look(pixel_values), self.labels
        for layer in self.layers:
            labels = layer(labels, image, self.queries)
        return self.score(labels).squeeze(-1)


def ram_table(dims: RamDims) -> TensorTable:
    """Names of the released file -> names in `Ram`, and those that make its labels: `label_embed`, `word.*`,
    `first_query.*`.
    """
    names = {f"{_ENCODER}.{theirs}": f"encoder.{ours}" for theirs, ours in swin_names(dims).items()}
    layers = {"image_proj": "image_projection", "wordvec_proj": "word", "fc": "score"}
    for number in range(dims.q_layers):
        layers |= _layer_names(f"{_HEAD}.{number}", f"layers.{number}")
    layers[f"{_HEAD}.0.crossattention.self.query"] = "first_query"
    names |= {f"{theirs}.{kind}": f"{ours}.{kind}" for theirs, ours in layers.items() for kind in ("weight", "bias")}
    return TensorTable("The tagger's checkpoint", names | {"label_embed": "label_embed"}, RAM_DROPPED)


RAM_DROPPED = (
    *(rf"{_ENCODER}\.{name}" for name in SWIN_DROPPED),
    r"tag_encoder\..*",  # both are for captions
    r"text_decoder\..*",
)
"""Regular expressions of the tensors in the released file that tagging does without."""


def _layer_names(theirs: str, ours: str) -> dict[str, str]:
    cross = f"{theirs}.crossattention"
    return {
        f"{cross}.self.query": f"{ours}.query",
        f"{cross}.self.key": f"{ours}.key",
        f"{cross}.self.value": f"{ours}.value",
        f"{cross}.output.dense": f"{ours}.attended",
        f"{cross}.output.LayerNorm": f"{ours}.attended_norm",
        f"{theirs}.intermediate.dense": f"{ours}.fc1",
        f"{theirs}.output.dense": f"{ours}.fc2",
        f"{theirs}.output.LayerNorm": f"{ours}.norm",
    }


def make_ram(dims: RamDims, tensors: Mapping[str, LazyTensor], kept: Sequence[int] | None = None) -> Ram:
    """The network of a released file.

    Args:
        dims: sizes.
        tensors: of the file, by its own names.
        kept: numbers of the labels it is to answer for, in this order; None for all.

    Raises:
        BuildError: a tensor is unknown, missing or of the wrong shape.
    """
    table = ram_table(dims)
    selected = table.select(tensors)
    check_shapes(table.source, {name: tensors[name] for name in table.names}, source_shapes(dims))
    given = {name: torch.from_numpy(tensor.read()) for name, tensor in selected.items()}
    embedded = given.pop("label_embed") if kept is None else given.pop("label_embed")[list(kept)]
    word, query = (_taken(given, name) for name in ("word", "first_query"))
    labels = F.relu(F.linear(embedded, *word))
    folded = {"labels": labels[None], "queries": F.linear(labels, *query)[None]}
    with torch.device("meta"):
        ram = Ram(dims, len(labels))
    ram.load_state_dict(given | folded, assign=True)
    return ram.eval().requires_grad_(requires_grad=False)


def _taken(tensors: dict[str, Tensor], layer: str) -> tuple[Tensor, Tensor]:
    return tensors.pop(f"{layer}.weight"), tensors.pop(f"{layer}.bias")


def source_shapes(dims: RamDims) -> Shapes:
    """Name and shape of every tensor that a released file must have."""
    with torch.device("meta"):
        made = Ram(dims, dims.classes).state_dict()
    word, query = (dims.q_hidden, dims.label_dim), (dims.q_hidden, dims.q_hidden)
    shapes = {name: tuple(tensor.shape) for name, tensor in made.items()}
    shapes |= {"word.weight": word, "word.bias": word[:1], "first_query.weight": query, "first_query.bias": query[:1]}
    return ram_table(dims).source_shapes(shapes | {"label_embed": (dims.classes, dims.label_dim)})
