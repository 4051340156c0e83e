"""Segment Anything 1 and 2 from transformers' folders, cut in two: what sees a picture, and what answers for boxes.

SAM's encoder is our own (`build.networks.sam_encoder`), because ViT-H has to be exported in blocks. The rest runs as
transformers wrote it. Source: arXiv 2304.02643, arXiv 2408.00714; transformers, `SamModel` and `Sam2Model`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AttentionInterface, Sam2Config, Sam2Model, SamConfig, SamModel

from build.checkpoint import LazyTensor, read_checkpoint
from build.errors import BuildError
from build.networks.sam_encoder import OUTPUT, pieces, sam_encoder_names
from build.tensor_table import TensorTable, check_shapes

Config: TypeAlias = SamConfig | Sam2Config
MAPS: Mapping[type, tuple[str, ...]] = {
    SamConfig: (OUTPUT,),
    Sam2Config: ("high_resolution_0", "high_resolution_1", OUTPUT),
}
"""The maps of each family, which the encoder gives and the decoder takes, finest first."""
_KINDS: Mapping[str, type] = {"sam": SamConfig, "sam2": Sam2Config, "sam2_video": Sam2Config}
_NETWORKS: Mapping[type, type] = {SamConfig: SamModel, Sam2Config: Sam2Model}
_PARTS = ("vision_config", "prompt_encoder_config", "mask_decoder_config")
_POSITIONS, _SAME_POSITIONS = (
    "shared_image_embedding.positional_embedding",
    "prompt_encoder.shared_embedding.positional_embedding",
)
_OF_VIDEO = (
    r"memory_.+", r"mask_downsample\..+", r"object_pointer_proj\..+", "no_memory_positional_encoding",
    "no_object_pointer", r"temporal_positional_encoding_projection_layer\..+", "occlusion_spatial_embedding_parameter",
)  # fmt: skip
"""What the published SAM 2 has for videos, where frames remember each other."""


def read_config(folder: Path) -> Config:
    """The sizes in a folder's `config.json`.

    Raises:
        BuildError: it cannot be read, or is of another family.
    """
    try:
        given: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        kind = _KINDS[given["model_type"]]
    except (OSError, ValueError, KeyError) as error:
        raise BuildError(f"{folder / 'config.json'} describes no network of {', '.join(_KINDS)}.") from error
    return kind(**{part: given.get(part) for part in _PARTS}, attn_implementation="eager")


def read_weights(folder: Path, config: Config) -> dict[str, LazyTensor]:
    """The tensors of a folder under transformers' names, those of SAM's encoder under ours.

    Raises:
        BuildError: tensors are missing, not known here, or of another shape; all are named.
    """
    tensors = read_checkpoint(folder)
    if _POSITIONS in tensors:  # which may be stored once for both
        tensors.setdefault(_SAME_POSITIONS, tensors[_POSITIONS])
    ours = sam_encoder_names(config.vision_config) if isinstance(config, SamConfig) else {}
    shapes = source_shapes(config)
    selected = TensorTable(folder.name, {name: ours.get(name, name) for name in shapes}, _OF_VIDEO).select(tensors)
    check_shapes(folder.name, selected, {ours.get(name, name): shape for name, shape in shapes.items()})
    return selected


def source_shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """What a folder must hold, by transformers' names."""
    return {name: tuple(tensor.shape) for name, tensor in _make(config).state_dict().items()}


def fill_network(config: Config, weights: Mapping[str, LazyTensor]) -> Any:
    """Transformers' network with its weights read, but for SAM's encoder, which stays empty."""
    network = _make(config)
    names = [name for name in network.state_dict() if name in weights]
    values = {name: torch.from_numpy(np.ascontiguousarray(weights[name].read())) for name in names}
    network.load_state_dict(values, strict=False, assign=True)
    return network.eval().requires_grad_(requires_grad=False)


def _make(config: Config) -> Any:
    with torch.device("meta"):
        return _NETWORKS[type(config)](config)


class Sam2Encoder(nn.Module):
    """`pixel_values` (1, 3, height, width) -> the maps of SAM 2.

    Args:
        network: transformers' `Sam2Model`, which is changed: its encoder's attention is worked out in pieces, and where
            two convolutions follow each other, one does the work of both.
    """

    def __init__(self, network: Any) -> None:
        super().__init__()
        AttentionInterface.register(attend_in_pieces.__name__, attend_in_pieces)
        network.vision_encoder.set_attn_implementation(attend_in_pieces.__name__)
        neck, decoder = network.vision_encoder.neck, network.mask_decoder
        for level, name in enumerate(("conv_s0", "conv_s1")):
            if level not in neck.fpn_top_down_levels:  # else a coarser map is added in between
                _join(neck.convs[-1 - level], getattr(decoder, name))
                setattr(decoder, name, nn.Identity())
        self._network = network

    def forward(self, pixel_values: Tensor) -> tuple[Tensor, ...]:
        """Finest map first: (1, channels, rows, columns) each."""
        return tuple(self._network.get_image_embeddings(pixel_values))


def _join(first: Any, second: Any) -> None:
    """Makes the first of two convolutions, the second of which is of single pixels, do the work of both."""
    mixing = second.weight[:, :, 0, 0]
    first.weight = nn.Parameter(torch.einsum("om,mihw->oihw", mixing, first.weight), requires_grad=False)
    first.bias = nn.Parameter(mixing @ first.bias + second.bias, requires_grad=False)


def attend_in_pieces(
    _module: nn.Module, queries: Tensor, keys: Tensor, values: Tensor, *, scaling: float, **_: Any
) -> tuple[Tensor, None]:
    """Attention as transformers calls it, without a mask, for some queries at a time (`pieces`).

    Args:
        queries: (batch, heads, queries, channels).
        keys: (batch, heads, places, channels).
        values: (batch, heads, places, channels).
        scaling: factor of the scores.

    Returns:
        (batch, queries, heads, channels), and no scores.
    """
    cuts = pieces(int(queries.shape[2]), int(keys.shape[2]))
    keys = (keys * scaling).transpose(2, 3)
    seen = [(queries[:, :, rows] @ keys).softmax(-1) @ values for rows in cuts]
    return torch.cat(seen, 2).transpose(1, 2), None


class BoxDecoder(nn.Module):
    """Maps, finest first, and `input_boxes` (1, boxes, 4) -> `pred_masks` (1, boxes, masks, h, w), `iou_scores`.

    Args:
        network: transformers' `SamModel` or `Sam2Model`.
        multimask: three masks a box instead of one. A box leaves little doubt about what is meant: one is what SAM
            advises for boxes and what BuboGPT asks for; SAM 2 then chooses by itself where that one is unstable.
    """

    def __init__(self, network: Any, *, multimask: bool) -> None:
        super().__init__()
        self._prompt_encoder, self._mask_decoder = network.prompt_encoder, network.mask_decoder
        self.register_buffer("_positions", network.get_image_wide_positional_embeddings())
        self._multimask = multimask

    def forward(self, *maps_and_boxes: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the masks, and how well each is expected to fit (intersection over union)."""
        *finer, coarsest, boxes = maps_and_boxes
        sparse, dense = self._prompt_encoder(None, None, boxes, None)
        masks, scores, *_ = self._mask_decoder(
            image_embeddings=coarsest,
            image_positional_embeddings=self._positions,
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=self._multimask,
            **({"high_resolution_features": finer} if finer else {}),
        )
        return masks, scores
