"""Deformable attention: each query looks at a few points of every map.

Source: arXiv 2010.04159, equation 3; names of the layers as in transformers, modeling_grounding_dino.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class DeformableAttention(nn.Module):
    """Takes the place of one of transformers', with its weights. Numbers stand so that the longest axis comes last."""

    def __init__(self, attention: Any) -> None:
        super().__init__()
        self.value_proj, self.output_proj = attention.value_proj, attention.output_proj
        self.sampling_offsets, self.attention_weights = attention.sampling_offsets, attention.attention_weights
        self._n_heads, self._n_levels, self._n_points = attention.n_heads, attention.n_levels, attention.n_points

    def forward(
        self,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor,
        position_embeddings: Tensor,
        reference_points: Tensor,
        spatial_shapes_list: Sequence[tuple[int, int]],
        **_unused: object,
    ) -> tuple[Tensor, None]:
        """Returns what the queries see, [1, queries, d].

        Args:
            hidden_states: queries [1, queries, d].
            encoder_hidden_states: the maps' places, one map after the other [1, places, d].
            position_embeddings: of the queries, as they are.
            reference_points: points x, y or boxes centre x, centre y, width, height, in 0..1 [queries, 2 or 4].
            spatial_shapes_list: height and width of each map.
        """
        queries = (hidden_states + position_embeddings)[0]
        counts = self._n_heads, self._n_levels, self._n_points
        steps = self.sampling_offsets(queries).unflatten(1, (*counts, 2)).permute(1, 2, 3, 0, 4)
        shares = self.attention_weights(queries).unflatten(1, (self._n_heads, -1)).softmax(2).permute(1, 2, 0)
        shares = shares.unflatten(1, counts[1:])[:, None]  # heads, 1, levels, points, queries
        values = self.value_proj(encoder_hidden_states[0]).T.unflatten(0, (self._n_heads, -1))
        centres = 2 * reference_points[:, :2] - 1  # of -1..1, as the samples are
        total, start = torch.zeros(()), 0
        for level, (height, width) in enumerate(spatial_shapes_list):
            plane = values[:, :, start : start + height * width].unflatten(2, (height, width))
            start += height * width
            grid = centres + steps[:, level] * self._reach(reference_points, height, width)
            samples = F.grid_sample(plane, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
            total = total + (samples * shares[:, :, level]).sum(2)
        return self.output_proj(total.flatten(0, 1).T)[None], None

    def _reach(self, references: Tensor, height: int, width: int) -> Tensor:
        """How far a step leads, [queries, 2] in halves of the map: one place from a point; of a box, its part."""
        if references.shape[1] == 4:
            return references[:, 2:] / self._n_points
        two = torch.full_like(references[:, :1], 2)
        return torch.cat([two / width, two / height], 1)
