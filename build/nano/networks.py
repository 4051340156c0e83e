"""The torch networks of nano's eyes: backbone, tagger, grounder, mask head and Q-Former.

Shapes are given for the 128-px input: a batch of B pictures is (B, 3, 128, 128), float32, (rgb - mean) / std.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

INPUT_PX = 128
STRIDE = 8
N_PLACES = (INPUT_PX // STRIDE) ** 2
QUERY_WIDTH = 64


def conv(n_in: int, n_out: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    """Convolution, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(n_out), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    """Two convolutions around a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, width, h, w) -> the same shape, not negative."""
        return F.relu(x + self.second(self.first(x)))


class Backbone(nn.Module):
    """Pictures (B, 3, 128, 128) -> fine map (B, 128, 16, 16) with top-down context."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv(3, 32, 2), conv(32, 64, 2), Residual(64))
        self.middle = nn.Sequential(conv(64, 128, 2), Residual(128), Residual(128))
        self.top = nn.Sequential(conv(128, 256, 2), Residual(256), Residual(256))
        self.lateral = nn.Conv2d(256, 128, 1)
        self.merge = Residual(128)

    def forward(self, pixels: Tensor) -> Tensor:
        """pixels: (B, 3, 128, 128) -> fine (B, 128, 16, 16)."""
        middle = self.middle(self.stem(pixels))
        raised = F.interpolate(self.lateral(self.top(middle)), scale_factor=2.0, mode="nearest")
        return self.merge(middle + raised)


class Detector(nn.Module):
    """Backbone with its heads: a box for each place, and an embedding to be compared with phrases."""

    def __init__(self, n_labels: int, n_attributes: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.box = nn.Sequential(conv(128, 128), nn.Conv2d(128, 4, 1))
        self.embedding = nn.Sequential(conv(128, 128), nn.Conv2d(128, QUERY_WIDTH, 1))
        self.queries = nn.Parameter(torch.randn(n_labels + n_attributes, QUERY_WIDTH) * 0.1)
        self.bias = nn.Parameter(torch.full((1,), -4.6))
        self.n_labels = n_labels

    def ground(self, fine: Tensor, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Fine map, queries (Q, 64) -> logits (B, 256, Q), boxes x0, y0, x1, y1 (B, 256, 4) in 0..1 of the input."""
        places = self.embedding(fine).flatten(2).transpose(1, 2)
        logits = places @ queries.T + self.bias
        sides = F.softplus(self.box(fine).flatten(2).transpose(1, 2)) * (STRIDE / INPUT_PX)
        centres = place_centres().to(sides)
        return logits, torch.cat((centres - sides[..., :2], centres + sides[..., 2:]), -1)

    def tags(self, logits: Tensor) -> Tensor:
        """Logits of places (B, 256, Q) -> logits of labels for the whole picture (B, labels): the best place's."""
        return logits[..., : self.n_labels].amax(1)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels -> logits (B, 256, labels + attributes), boxes (B, 256, 4)."""
        fine = self.backbone(pixels)
        return self.ground(fine, self.queries)


def place_centres() -> Tensor:
    """Returns x, y of the 256 places of the fine map in 0..1, reading order, (256, 2)."""
    steps = (torch.arange(INPUT_PX // STRIDE) + 0.5) * (STRIDE / INPUT_PX)
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    return torch.stack((x.flatten(), y.flatten()), -1)


class MaskHead(nn.Module):
    """Crops (B, 4, 64, 64), RGB and box channel -> mask logits (B, 64, 64): a U-Net of three levels.

    Source: Ronneberger et al., U-Net, 2015, figure 1.
    """

    def __init__(self, width: int = 20) -> None:
        super().__init__()
        self.enter = conv(4, width)
        self.down = conv(width, 2 * width, 2)
        self.deep = nn.Sequential(conv(2 * width, 4 * width, 2), conv(4 * width, 4 * width), conv(4 * width, 4 * width))
        self.up = conv(6 * width, 2 * width)
        self.leave = nn.Sequential(conv(3 * width, width), nn.Conv2d(width, 1, 1))

    def forward(self, crops: Tensor) -> Tensor:
        """crops: (B, 4, 64, 64) -> logits (B, 64, 64)."""
        fine = self.enter(crops)
        half = self.down(fine)
        deep = F.interpolate(self.deep(half), scale_factor=2.0, mode="nearest")
        joined = F.interpolate(self.up(torch.cat((half, deep), 1)), scale_factor=2.0, mode="nearest")
        return self.leave(torch.cat((fine, joined), 1)).squeeze(1)
