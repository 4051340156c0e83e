"""The network that finds things: where their middles are and how far they reach, whatever they are.

Pictures are (B, 3, h, w), float32, (rgb - mean) / std, sides multiples of 32; a place is a square of STRIDE pixels, and
there are P = h / STRIDE * w / STRIDE of them, in reading order.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDE = 8
WIDTH = 128
_COARSE, _COARSEST = 192, 224  # channels of the coarser maps
_RARE = -4.6  # the logit of what one place in a hundred is


def conv(n_in: int, n_out: int, stride: int = 1) -> nn.Sequential:
    """3 x 3 convolution, batch norm, ReLU."""
    return nn.Sequential(nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """Two convolutions around a shortcut. Source: He et al., Deep Residual Learning, 2015, figure 2."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, width, h, w) -> the same shape, not negative."""
        return F.relu(x + self.second(self.first(x)))


class Backbone(nn.Module):
    """Pictures -> a map (B, WIDTH, h / STRIDE, w / STRIDE) that knows of what surrounds each place.

    Source: Lin et al., Feature Pyramid Networks, 2017, section 3 (the coarse maps are added to the fine one).
    """

    def __init__(self) -> None:
        super().__init__()
        self.eighth = nn.Sequential(
            nn.PixelUnshuffle(4), conv(48, 64), Residual(64), conv(64, WIDTH, 2), Residual(WIDTH), Residual(WIDTH)
        )
        self.sixteenth = nn.Sequential(conv(WIDTH, _COARSE, 2), Residual(_COARSE), Residual(_COARSE))
        self.thirtysecond = nn.Sequential(conv(_COARSE, _COARSEST, 2), Residual(_COARSEST))
        self.to_sixteenth, self.to_eighth = nn.Conv2d(_COARSEST, _COARSE, 1), nn.Conv2d(_COARSE, WIDTH, 1)
        self.merge = Residual(WIDTH)

    def forward(self, pixels: Tensor) -> Tensor:
        """pixels: (B, 3, h, w) -> (B, WIDTH, h / STRIDE, w / STRIDE)."""
        fine = self.eighth(pixels)
        middle = self.sixteenth(fine)
        middle = middle + _doubled(self.to_sixteenth(self.thirtysecond(middle)))
        return self.merge(fine + _doubled(self.to_eighth(middle)))


class Finder(nn.Module):
    """Backbone and head: for every place a box and whether something has its middle there."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.frame = nn.Sequential(conv(WIDTH, WIDTH), nn.Conv2d(WIDTH, 5, 1))  # four sides and the middle
        nn.init.constant_(self.frame[1].bias[4:], _RARE)  # type: ignore[index]  # a convolution, not a sequence

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Looks at every place.

        Args:
            pixels: (B, 3, h, w).

        Returns:
            The backbone's map (B, WIDTH, h / STRIDE, w / STRIDE); boxes (B, P, 4), x0, y0, x1, y1 in 0..1 of the
            input; and logits (B, P) of middles.
        """
        fine: Tensor = self.backbone(pixels)
        told = self.frame(fine).flatten(2).transpose(1, 2).float()
        centres = place_centres(fine.shape[2], fine.shape[3]).to(told)
        sides = F.softplus(told[..., :4]) * (2 * centres[0]).repeat(2)  # in places, of which the first's centre is half
        return fine, torch.cat((centres - sides[..., :2], centres + sides[..., 2:]), -1), told[..., 4]


def place_centres(rows: int, columns: int) -> Tensor:
    """x, y of the centres of all places in 0..1 of the picture, in reading order: (rows * columns, 2)."""
    y, x = torch.meshgrid((torch.arange(rows) + 0.5) / rows, (torch.arange(columns) + 0.5) / columns, indexing="ij")
    return torch.stack((x.flatten(), y.flatten()), -1)


def _doubled(coarse: Tensor) -> Tensor:
    return F.interpolate(coarse, scale_factor=2.0, mode="nearest")
