"""Grounding DINO in three graphs: what depends on the picture alone, on the text alone, and on both.

The layers are those of transformers, with weights from a Hugging Face folder. What stands between them is written
anew here, because pictures are never padded and texts hold no more than their tokens: no mask is needed, and every
size may vary in one graph.

Source: arXiv 2303.05499; transformers, models/grounding_dino/modeling_grounding_dino.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import GroundingDinoForObjectDetection
from transformers.models.grounding_dino.modeling_grounding_dino import encode_sinusoidal_position_embedding

from build.networks.deformable_attention import DeformableAttention
from build.networks.grounding_encoder import EncoderLayer

_EPS = 1e-6  # of the sine position embedding
_LOGIT_EPS = 1e-5
_FAR = 1e4  # a logit whose sigmoid is 1
_PROPOSAL_SIZE = 0.05  # of the picture, at the finest level
_PROPOSAL_EDGE = 0.01  # proposals nearer to the picture's edge are not asked for


class PictureSide(nn.Module):
    """`pixel_values` [1, 3, H, W], H and W multiples of 32 -> maps [1, d, h, w], from fine to coarse."""

    def __init__(self, network: GroundingDinoForObjectDetection) -> None:
        super().__init__()
        self.backbone = network.model.backbone.conv_encoder.model
        self.projections = network.model.input_proj_vision

    def forward(self, pixel_values: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        features = self.backbone(pixel_values, return_dict=True).feature_maps
        maps = [projection(feature) for projection, feature in zip(self.projections, features, strict=False)]
        source = features[-1]
        for projection in self.projections[len(features) :]:
            source = projection(source)
            maps.append(source)
        return tuple(maps)


class TextSide(nn.Module):
    """`input_ids`, `position_ids` [1, n], `attention_mask` [1, n, n] (1: attends) -> `text_features` [1, n, d]."""

    def __init__(self, network: GroundingDinoForObjectDetection) -> None:
        super().__init__()
        self.backbone = network.model.text_backbone
        self.projection = network.model.text_projection

    def forward(self, input_ids: Tensor, attention_mask: Tensor, position_ids: Tensor) -> Tensor:
        """See the class."""
        embedded = self.backbone.embeddings(input_ids=input_ids, position_ids=position_ids)
        encoded = self.backbone.encoder(embedded, attention_mask=_additive(attention_mask)[:, None]).last_hidden_state
        return self.projection(encoded)


class BothSides(nn.Module):
    """Fusion, decoder and heads: `text_features`, `attention_mask`, `position_ids` as of `TextSide`, and the maps ->
    `logits` [1, places, n] and `pred_boxes` [1, places, 4] (centre x, centre y, width, height in 0..1).
    """

    def __init__(self, network: GroundingDinoForObjectDetection) -> None:
        super().__init__()
        self.network = network
        self.encoder = nn.ModuleList(EncoderLayer(layer) for layer in network.model.encoder.layers)
        for layer in network.model.decoder.layers:
            layer.encoder_attn = DeformableAttention(layer.encoder_attn)

    def forward(
        self, text_features: Tensor, attention_mask: Tensor, position_ids: Tensor, *maps: Tensor
    ) -> tuple[Tensor, Tensor]:
        """See the class."""
        sizes = [(each.shape[2], each.shape[3]) for each in maps]
        vision = torch.cat([each.flatten(2).transpose(1, 2) for each in maps], 1)
        vision, text = self._fuse(vision, text_features, attention_mask, position_ids, sizes)
        target, reference = self._propose(vision, text, sizes)
        return self._decode(target, reference, vision, text, sizes)

    def _fuse(
        self,
        vision: Tensor,
        text: Tensor,
        attention_mask: Tensor,
        position_ids: Tensor,
        sizes: Sequence[tuple[int, int]],
    ) -> tuple[Tensor, Tensor]:
        """The encoder: pictures' tokens [1, places, d] and text [1, n, d] look at each other, layer by layer."""
        base = self.network.model
        positions = torch.cat(
            [_sine_positions(size, base.config) + level for size, level in zip(sizes, base.level_embed, strict=True)]
        )[None]
        text_positions = encode_sinusoidal_position_embedding(
            position_ids[..., None].float(), num_pos_feats=base.config.d_model
        )
        reference = torch.cat([_centres(size) for size in sizes])
        mask = _additive(attention_mask)[:, None].expand(-1, base.config.encoder_attention_heads // 2, -1, -1)
        for layer in self.encoder:
            vision, text = layer(
                vision,
                text,
                mask,
                text_positions,
                position_embeddings=positions,
                reference_points=reference,
                spatial_shapes_list=sizes,
            )
        return vision, text

    def _propose(self, vision: Tensor, text: Tensor, sizes: Sequence[tuple[int, int]]) -> tuple[Tensor, Tensor]:
        """The best places: what the decoder begins with [1, queries, d], and boxes [1, queries, 4] in 0..1."""
        base = self.network.model
        proposals = torch.cat(
            [
                torch.cat([centres := _centres(size), torch.full_like(centres, _PROPOSAL_SIZE * 2.0**level)], 1)
                for level, size in enumerate(sizes)
            ]
        )[None]
        inside = ((proposals > _PROPOSAL_EDGE) & (proposals < 1 - _PROPOSAL_EDGE)).all(-1, keepdim=True)
        embedded = base.enc_output_norm(base.enc_output(vision.masked_fill(~inside, 0.0)))
        scores = (embedded @ text.transpose(1, 2)).max(-1)[0]
        # As published, places at the edge take part with their scores, and their boxes are the whole picture.
        offsets = torch.log(proposals / (1 - proposals)).masked_fill(~inside, _FAR)
        n_best = torch.minimum(torch.tensor(base.config.num_queries), torch._shape_as_tensor(scores)[1])  # noqa: SLF001
        best = scores.topk(n_best, dim=1)[1][..., None]
        chosen = embedded.gather(1, best.expand(-1, -1, embedded.shape[-1]))
        boxes = base.encoder_output_bbox_embed(chosen) + offsets.gather(1, best.expand(-1, -1, 4))
        if base.config.embedding_init_target:
            chosen = base.query_position_embeddings.weight[None, : best.shape[1]]
        return chosen, boxes.sigmoid()

    def _decode(
        self, hidden: Tensor, reference: Tensor, vision: Tensor, text: Tensor, sizes: Sequence[tuple[int, int]]
    ) -> tuple[Tensor, Tensor]:
        decoder = self.network.model.decoder
        for number, layer in enumerate(decoder.layers):
            before = reference
            positions = encode_sinusoidal_position_embedding(before, num_pos_feats=decoder.config.d_model // 2)
            hidden = layer(
                hidden_states=hidden,
                position_embeddings=decoder.reference_points_head(positions),
                reference_points=before[0],
                spatial_shapes_list=sizes,
                vision_encoder_hidden_states=vision,
                text_encoder_hidden_states=text,
            )[0]
            reference = (decoder.bbox_embed[number](hidden) + torch.logit(before, _LOGIT_EPS)).sigmoid()
        normed = decoder.layer_norm(hidden)
        boxes = (self.network.bbox_embed[-1](normed) + torch.logit(before, _LOGIT_EPS)).sigmoid()
        return normed @ text.transpose(1, 2), boxes


def gives_boxes(layer: str) -> bool:
    """Whether a layer of `BothSides`, by the name it has in the graph, belongs to the decoder or a head, or says
    where to look: all but the encoder's large products.
    """
    return not layer.startswith("/encoder.") or "sampling_offsets" in layer


def _additive(mask: Tensor) -> Tensor:
    return (1.0 - mask.float()) * torch.finfo(torch.float32).min


def _centres(size: tuple[int, int]) -> Tensor:
    """The centres of a map's places, row by row, as x and y in 0..1: [places, 2]."""
    height, width = size
    y, x = (torch.arange(length, dtype=torch.float32) for length in (height, width))
    grid_y, grid_x = torch.meshgrid((y + 0.5) / height, (x + 0.5) / width, indexing="ij")
    return torch.stack([grid_x.flatten(), grid_y.flatten()], -1)


def _sine_positions(size: tuple[int, int], config: object) -> Tensor:
    """The position embedding of a map's places, row by row: [places, d], rows in the first half of the channels."""
    half = config.d_model // 2  # type: ignore[attr-defined]
    temperature = config.positional_embedding_temperature  # type: ignore[attr-defined]
    channels = torch.arange(half, dtype=torch.float32)
    periods = temperature ** (2 * torch.div(channels, 2, rounding_mode="floor") / half)
    axes = []
    for length in size:
        steps = torch.arange(1, length + 1, dtype=torch.float32)
        angles = (steps / (length + _EPS) * 2 * math.pi)[:, None] / periods
        axes.append(torch.stack([angles[:, 0::2].sin(), angles[:, 1::2].cos()], -1).flatten(1))
    rows = axes[0][:, None].expand(-1, size[1], -1)
    columns = axes[1][None].expand(size[0], -1, -1)
    return torch.cat([rows, columns], -1).flatten(0, 1)
