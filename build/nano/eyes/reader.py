"""The Q-Former of nano's eyes: its queries begin where the detector sees the middle of something.

A query looks at the map round its place and at the other queries, and says in words what stands there: one word of each
group (label, colour, column ...) and which other query's object it is inside of, or that there is nothing. Slots are
the queries in order from left to right, so that their numbers need not be learnt.

Source of queries that begin at the surest places: Zhu et al., Deformable DETR, 2021, section 4, "two-stage".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from build.nano.eyes.detector import Detector
from build.nano.eyes.namer import QUERY_WIDTH
from build.nano.eyes.network import WIDTH, place_centres
from build.nano.eyes.peaks import Peaks, shared_area
from build.nano.queries import Block, line_up, pick

N_QUERIES = 10
N_WAVES = 6
_NEAR = 4.0  # of a query's own box: how quickly it stops looking further away
_N_GEOMETRY = 6 * 2 * N_WAVES + 1
_PAIR_WIDTH = 32
_NEVER = -1e4


class Said(NamedTuple):
    """What n queries say, the surest first.

    Attributes:
        words: logits (B, n, words), the groups one after another.
        inside: logits (B, n, n + 1) of each query's object holding this one's; the last one: none does.
        nothing: logits (B, n) of there being nothing.
        peaks: the places that they are about.
    """

    words: Tensor
    inside: Tensor
    nothing: Tensor
    peaks: Peaks


class Reader(nn.Module):
    """Pictures -> what N_QUERIES queries say.

    Args:
        detector: whose map is read; its weights are used as they are. What it takes a label or colour to be is where
            the reader begins.
        groups: the words of each group, of which one holds; the first two are the detector's labels, and its colours
            with one more for "none of these".
        width: of a query.
        n_blocks: how often the queries look.
    """

    def __init__(
        self, detector: Detector, groups: Sequence[Sequence[str]], width: int = 192, n_blocks: int = 2
    ) -> None:
        super().__init__()
        self.detector = detector
        self.group_sizes = [len(group) for group in groups]
        self.enter = nn.Linear(WIDTH + QUERY_WIDTH + _N_GEOMETRY, width)
        self.blocks = nn.ModuleList(Block(width, WIDTH) for _ in range(n_blocks))
        self.norm, self.speak = nn.LayerNorm(width), nn.Linear(width, sum(self.group_sizes) + 1)
        self.hold, self.lie = nn.Linear(width, _PAIR_WIDTH), nn.Linear(width, _PAIR_WIDTH)
        self.compare = nn.Sequential(nn.Linear(2, _PAIR_WIDTH), nn.GELU(), nn.Linear(_PAIR_WIDTH, 1))

    def forward(self, pixels: Tensor) -> Said:
        """pixels: (B, 3, h, w) -> what the queries say."""
        found = self.detector(pixels, N_QUERIES)
        seen, peaks, named = found.fine.flatten(2).transpose(1, 2), found.peaks, found.named
        queries = self.enter(torch.cat((found.there, named.embedding, geometry_waves(peaks)), -1))
        nearness = _nearness(found.boxes, place_centres(found.fine.shape[2], found.fine.shape[3]).to(found.boxes))
        for block in self.blocks:
            queries = block(queries, seen, nearness)
        queries = self.norm(queries)
        said, nothing = self.speak(queries).split((sum(self.group_sizes), 1), -1)
        detected = torch.cat((named.labels, named.colours), -1)
        words = said + F.pad(detected, (0, said.shape[-1] - detected.shape[-1]))
        return Said(words, self._relate(queries, peaks), nothing[..., 0], peaks)

    def bags(self, said: Said) -> Tensor:
        """How much each word holds in each slot, in 0..1: (B, N_QUERIES, words + 2 * N_QUERIES + 1).

        The words of the groups are followed by those of the slot's number, of the number of the slot that holds it,
        and by the one for nothing.
        """
        x = (said.peaks.box[..., 0] + said.peaks.box[..., 2]) / 2
        order = line_up(x.clamp(0, 1), said.nothing, N_QUERIES)
        chosen = torch.cat([group.softmax(-1) for group in said.words.split(self.group_sizes, -1)], -1)
        number = torch.eye(N_QUERIES, device=x.device).expand(x.shape[0], -1, -1)
        holder = pick(said.inside.softmax(-1)[..., :-1].transpose(1, 2), order).transpose(1, 2)
        nothing = pick(torch.sigmoid(said.nothing)[..., None], order)
        there = torch.cat((pick(chosen, order), number, pick(holder, order)), -1)
        return torch.cat((there * (1 - nothing), nothing), -1)

    def _relate(self, queries: Tensor, peaks: Peaks) -> Tensor:
        """Logits (B, n, n + 1) of each other query's object holding that of a query (B, n, width), and of none."""
        area = (peaks.box[..., 2:] - peaks.box[..., :2]).prod(-1)
        share = shared_area(peaks.box) / area[..., None].clamp(min=1e-6)
        size = torch.log2(peaks.side.clamp(min=0.02))
        told = self.compare(torch.stack((share, size[:, None] - size[..., None]), -1))[..., 0]
        told = told + self.lie(queries) @ self.hold(queries).transpose(1, 2) * _PAIR_WIDTH**-0.5
        told = told + _NEVER * torch.eye(told.shape[-1], device=told.device)
        return F.pad(told, (0, 1))


def geometry_waves(peaks: Peaks) -> Tensor:
    """Box, middle, side and sureness of n places as numbers that tell small differences: (B, n, _N_GEOMETRY)."""
    x0, y0, x1, y1 = peaks.box.unbind(-1)
    side = torch.log2(peaks.side.clamp(min=0.02)) / 6 + 1
    numbers = torch.stack(((x0 + x1) / 2, (y0 + y1) / 2, side, x1 - x0, y1 - y0, x0), -1)
    angles = numbers[..., None] * (math.pi * 2.0 ** torch.arange(N_WAVES, device=numbers.device))
    return torch.cat((angles.sin().flatten(-2), angles.cos().flatten(-2), peaks.sureness[..., None]), -1)


def _nearness(boxes: Tensor, centres: Tensor) -> Tensor:
    """What is added to a query's scores of each place: less, the further away in sides of its box. (B, 1, n, P)."""
    middle, sides = (boxes[..., :2] + boxes[..., 2:]) / 2, (boxes[..., 2:] - boxes[..., :2]).clamp(min=0.02)
    offset = (centres - middle[..., None, :]) / sides[..., None, :]
    return -_NEAR * offset.square().sum(-1)[:, None]
