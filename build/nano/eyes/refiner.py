"""The refiner of nano's eyes: a second look at each find, close up, that sets its box right and judges it.

A finder tells where an object ends to a part of a place; in a crop round its box the edges can be seen. Source of
boxes that are set right by a second look: Cai and Vasconcelos, Cascade R-CNN, 2018, section 4.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from build.nano.eyes.namer import SIDE_PX, crop
from build.nano.eyes.network import Residual, conv

MARGIN = 0.35  # of a box's longer side, on each of the crop's sides: the object may reach further than its box
_WIDTH = 128
_SUREST = 8.0  # of the finder's logits, as the refiner is told them


class Refiner(nn.Module):
    """Convolutions over crops; what it says of the edges is in shares of the box's longer side."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.Sequential(
            nn.PixelUnshuffle(2), conv(16, 32), conv(32, 64, 2), Residual(64), conv(64, 96, 2), Residual(96),
            conv(96, _WIDTH, 2), Residual(_WIDTH),
        )  # fmt: skip
        self.whole = nn.Conv2d(_WIDTH, _WIDTH, SIDE_PX // 16)
        self.frame = nn.Linear(_WIDTH + 1, 5)  # four edges and the sureness
        nn.init.zeros_(self.frame.weight[:4])  # at first a box stays as it is
        nn.init.zeros_(self.frame.bias)

    def forward(self, pixels: Tensor, boxes: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Looks at every box.

        Args:
            pixels: (B, 3, h, w).
            boxes: (B, n, 4), x0, y0, x1, y1 in 0..1 of the input, as a finder tells them.
            logits: (B, n), how sure it is of them.

        Returns:
            The boxes set right (B, n, 4), and logits (B, n) of them being an object's.
        """
        seen = F.relu(self.whole(self.stages(crop(pixels, boxes, MARGIN))).flatten(1))
        sure = logits.clamp(-_SUREST, _SUREST) / _SUREST
        told = self.frame(torch.cat((seen.unflatten(0, boxes.shape[:2]), sure[..., None]), -1)).float()
        width, height = pixels.shape[3], pixels.shape[2]
        sides = boxes[..., 2:] - boxes[..., :2]
        longer_px = torch.maximum(sides[..., :1] * width, sides[..., 1:] * height)
        step = torch.cat((longer_px / width, longer_px / height), -1).repeat(1, 1, 2)
        return (boxes + told[..., :4] * step).clamp(0, 1), told[..., 4]
