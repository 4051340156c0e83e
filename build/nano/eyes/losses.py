"""How wrong a finder is."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from build.nano.eyes.targets import Targets

_BOX_WEIGHT = 2.0


def finding_loss(boxes: Tensor, middles: Tensor, wanted: Targets) -> Tensor:
    """The loss, of shape (), of boxes (B, P, 4) and logits of middles (B, P)."""
    return _BOX_WEIGHT * box_loss(boxes[wanted.known], wanted.box[wanted.known]) + peak_loss(middles, wanted.middle)


def peak_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """The loss of a map of bells: logits and targets (B, P); near a summit little is lost by saying so.

    Source: Zhou et al., Objects as Points, 2019, eq. 1.
    """
    summit = wanted > 0.999
    sure = torch.sigmoid(logits)
    met = (1 - sure) ** 2 * F.logsigmoid(logits)
    missed = (1 - wanted) ** 4 * sure**2 * F.logsigmoid(-logits)
    return -torch.where(summit, met, missed).sum() / summit.sum().clamp(min=1)


def box_loss(boxes: Tensor, wanted: Tensor) -> Tensor:
    """1 - GIoU and five times the distance of the edges, mean over boxes (n, 4).

    Source of the pair: Carion et al., End-to-End Object Detection with Transformers, 2020, section 3.1.
    """
    if not len(boxes):
        return boxes.sum()
    return (1 - generalised_iou(boxes, wanted)).mean() + 5 * (boxes - wanted).abs().mean()


def generalised_iou(a: Tensor, b: Tensor) -> Tensor:
    """GIoU of each box of `a` (n, 4) with that of `b` in the same row -> (n,) in -1..1.

    Source: Rezatofighi et al., Generalized Intersection over Union, 2019, algorithm 1.
    """
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    shared = (high - low).clamp(min=0).prod(1)
    joint = (a[:, 2:] - a[:, :2]).prod(1) + (b[:, 2:] - b[:, :2]).prod(1) - shared
    hull = (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).prod(1).clamp(min=1e-9)
    return shared / joint.clamp(min=1e-9) - (hull - joint) / hull
