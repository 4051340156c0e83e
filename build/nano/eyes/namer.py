"""The namer of nano's eyes: what is in a box, seen close up, whatever its size in the picture.

A crop is a square round a box, SIDE_PX pixels a side; its fourth channel says where the box is. Seen at one size,
things are learnt from far fewer examples than over a whole picture.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from build.nano.eyes.network import Residual, conv

SIDE_PX = 64
QUERY_WIDTH = 96
MARGIN = 0.12  # of a box's longer side, on each of the crop's sides
_WIDTH = 256
_RARE = -5.0  # the logit of what one box in a hundred and fifty is


class Named(NamedTuple):
    """What a namer says of n crops.

    Attributes:
        labels: logits (n, labels) of what is there, each for itself: all are low where nothing is known.
        colours: logits (n, colours) of its colour.
        embedding: (n, QUERY_WIDTH), whose products with the queries the logits are.
    """

    labels: Tensor
    colours: Tensor
    embedding: Tensor


class Namer(nn.Module):
    """Convolutions over crops. Each label and colour is a vector; logits are an embedding's products with them.

    Args:
        n_labels, n_colours: how many there are.
    """

    def __init__(self, n_labels: int, n_colours: int) -> None:
        super().__init__()
        self.n_labels = n_labels
        self.stages = nn.Sequential(
            nn.PixelUnshuffle(2), conv(16, 32), conv(32, 64, 2), Residual(64), conv(64, 128, 2), Residual(128),
            conv(128, _WIDTH, 2), Residual(_WIDTH),
        )  # fmt: skip
        self.whole = nn.Conv2d(_WIDTH, _WIDTH, SIDE_PX // 16)
        self.embedding = nn.Linear(_WIDTH, QUERY_WIDTH)
        self.queries = nn.Parameter(torch.randn(n_labels + n_colours, QUERY_WIDTH) * 0.1)
        self.bias = nn.Parameter(torch.tensor([_RARE]))

    def forward(self, crops: Tensor) -> Named:
        """crops: (n, 4, SIDE_PX, SIDE_PX), as `crop` makes them -> what is in each."""
        embedding = self.embedding(F.relu(self.whole(self.stages(crops)).flatten(1)))
        logits = embedding @ self.queries.T + self.bias
        return Named(logits[:, : self.n_labels], logits[:, self.n_labels :], embedding)


def crop(pixels: Tensor, boxes: Tensor) -> Tensor:
    """Squares round boxes, bilinear; what lies outside the picture is 0.

    Args:
        pixels: (B, 3, h, w).
        boxes: (B, n, 4), x0, y0, x1, y1 in 0..1 of the input.

    Returns:
        (B * n, 4, SIDE_PX, SIDE_PX): the picture's channels, and 1 inside the box.
    """
    n, width, height = boxes.shape[1], pixels.shape[3], pixels.shape[2]
    x0, y0, x1, y1 = boxes.split(1, -1)
    reach_px = torch.maximum((x1 - x0) * width, (y1 - y0) * height) * (0.5 + MARGIN)  # of the square, from its middle
    steps = (torch.arange(SIDE_PX, device=pixels.device) + 0.5) / SIDE_PX * 2 - 1
    x = (x0 + x1) / 2 + reach_px / width * steps  # (B, n, SIDE_PX)
    y = (y0 + y1) / 2 + reach_px / height * steps
    grid = torch.stack(torch.broadcast_tensors(x[:, :, None], y[..., None]), -1) * 2 - 1
    seen = F.grid_sample(pixels, grid.flatten(1, 2), "bilinear", "zeros", align_corners=False)
    across, down = (((at > low) & (at < high)).to(pixels) for at, low, high in ((x, x0, x1), (y, y0, y1)))
    inside = down[..., None] * across[:, :, None]
    return torch.cat((seen.unflatten(2, (n, SIDE_PX)).transpose(1, 2), inside[:, :, None]), 2).flatten(0, 1)
