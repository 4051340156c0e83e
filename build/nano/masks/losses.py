"""How far masks are from the true ones."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def mask_losses(logits: Tensor, covered: Tensor) -> Tensor:
    """How wrong each mask is, pixel by pixel and as a whole.

    Args:
        logits: of masks, (B, h, w).
        covered: the share of each pixel that the object covers, (B, h, w), 0..1.

    Returns:
        (B,), not negative.
    """
    by_pixel = F.binary_cross_entropy_with_logits(logits, covered, reduction="none").mean((1, 2))
    return by_pixel + jaccard_losses(logits, covered)


def jaccard_losses(logits: Tensor, covered: Tensor) -> Tensor:
    """1 - the intersection over union of soft masks, which is 0 only where a mask is the same: (B, h, w) -> (B,).

    Source: Wang, Ning and Blaschko, Jaccard Metric Losses, 2023, section 3 (the second of the two losses).
    """
    probability = logits.sigmoid()
    both, difference = (probability + covered).sum((1, 2)), (probability - covered).abs().sum((1, 2))
    return 2 * difference / (both + difference).clamp(min=1)


def mask_iou(found: Tensor, wanted: Tensor) -> Tensor:
    """Intersection over union of each of B pairs of masks, bool (B, h, w): (B,) in 0..1; 0 where both are empty."""
    return (found & wanted).sum((1, 2)) / (found | wanted).sum((1, 2)).clamp(min=1)
