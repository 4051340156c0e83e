"""Pictures: from pixels to a network's input, and from its boxes and masks back to pixels.

Coordinates are continuous: pixel (x, y) covers the square from (x, y) to (x + 1, y + 1), origin top left, so a box
round a whole picture is (0, 0, width, height). "Network units" are fractions (0..1) of the network's whole input.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bubo_desktop.data import Frame
from bubo_desktop.packs.manifest import PixelInput
from bubo_desktop.pictures import pixels_of, read_pixels

_FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as the user sees it: `rgb` is uint8 [height, width, 3], EXIF orientation applied."""

    rgb: NDArray[np.uint8]
    inputs: dict[PixelInput, NDArray[np.float32]] = field(default_factory=dict, init=False, repr=False)

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.rgb.shape[0])

    @classmethod
    def from_array(cls, rgb: NDArray[np.uint8]) -> Picture:
        """Wraps uint8 RGB pixels [height, width, 3]; nothing is copied. Raises `ValueError` for any other array."""
        if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or 0 in rgb.shape:
            raise ValueError(f"not RGB pixels: {rgb.dtype} {rgb.shape}")
        return cls(rgb)


def read_picture(source: str | Path | Frame) -> Picture:
    """The picture in a file, or in memory. Raises `InputError` as `read_pixels` and `pixels_of` do."""
    return Picture(pixels_of(source) if isinstance(source, Frame) else read_pixels(source))


@dataclass(frozen=True)
class Fit:
    """Where a picture lies in a network's input: network pixel = picture pixel x `scale` + `offset`, per axis.

    All pairs are (x, y). `resized` is the picture's size in network pixels before padding or cropping; padding is
    on all sides or, where it `is_cornered`, at the right and below.
    """

    picture: tuple[int, int]
    network: tuple[int, int]
    resized: tuple[int, int]
    is_cornered: bool = False

    @classmethod
    def of(cls, width: int, height: int, pixels: PixelInput) -> Fit:
        """Where a picture of `width` x `height` pixels lies; an extremely long one keeps at least one pixel."""
        if pixels.fit == "stretch":
            return cls((width, height), (pixels.width, pixels.height), (pixels.width, pixels.height))
        if pixels.fit == "shortest":
            resized = _shortest(width, height, pixels)
            return cls((width, height), resized, resized)
        whole = pixels.fit != "crop"
        if (width * pixels.height >= height * pixels.width) == whole:
            resized = (pixels.width, _scaled(height, pixels.width, width, whole))
        else:
            resized = (_scaled(width, pixels.height, height, whole), pixels.height)
        return cls((width, height), (pixels.width, pixels.height), resized, is_cornered=pixels.fit == "corner")

    @property
    def scale(self) -> tuple[float, float]:
        """Network pixels per picture pixel."""
        return self.resized[0] / self.picture[0], self.resized[1] / self.picture[1]

    @property
    def offset(self) -> tuple[int, int]:
        """Network pixel at which the picture begins; negative where it is cropped."""
        if self.resized[0] > self.network[0] or self.resized[1] > self.network[1]:
            return -round((self.resized[0] - self.network[0]) / 2), -round((self.resized[1] - self.network[1]) / 2)
        if self.is_cornered:
            return 0, 0
        return (self.network[0] - self.resized[0]) // 2, (self.network[1] - self.resized[1]) // 2

    def to_picture(self, boxes: NDArray[np.floating]) -> NDArray[np.float32]:
        """Maps boxes x0, y0, x1, y1 [n, 4] from network units to picture pixels, clipped to the picture."""
        network, offset, scale = np.tile(self.network, 2), np.tile(self.offset, 2), np.tile(self.scale, 2)
        return np.clip((boxes * network - offset) / scale, 0, np.tile(self.picture, 2)).astype(np.float32)

    def to_network(self, boxes: NDArray[np.floating]) -> NDArray[np.float32]:
        """Maps boxes x0, y0, x1, y1 [n, 4] from picture pixels to network units; the inverse of `to_picture`."""
        network, offset, scale = np.tile(self.network, 2), np.tile(self.offset, 2), np.tile(self.scale, 2)
        return ((boxes * scale + offset) / network).astype(np.float32)


def _scaled(length: int, to: int, of: int, whole: bool) -> int:
    """Length of the other side, halves rounded up. A crop truncates it.

    Source: github.com/facebookresearch/segment-anything, `ResizeLongestSide`; torchvision `Resize` with one size.
    """
    return max(1, int(length * to / of + 0.5)) if whole else length * to // of


def _shortest(width: int, height: int, pixels: PixelInput) -> tuple[int, int]:
    """Source: transformers, `get_resize_output_image_size` with shortest and longest edge."""
    short, long = sorted((width, height))
    size = min(float(pixels.height), pixels.width * short / long)
    other = max(1, int(size * long / short))
    sides = (round(size), other) if width <= height else (other, round(size))
    across, down = (max(round(side / pixels.multiple), 1) * pixels.multiple for side in sides)
    return across, down


def network_input(picture: Picture, pixels: PixelInput) -> NDArray[np.float32]:
    """Returns `pixel_values`, read-only float32 [1, 3, height, width], made as `PixelInput` says (see `Fit`).

    The picture remembers it: several parts of a pack look at the same input, and resizing 12 million pixels takes
    longer than a small network.
    """
    if pixels not in picture.inputs:
        picture.inputs[pixels] = _network_input(picture, pixels)
        picture.inputs[pixels].flags.writeable = False
    return picture.inputs[pixels]


def _network_input(picture: Picture, pixels: PixelInput) -> NDArray[np.float32]:
    fit = Fit.of(picture.width, picture.height, pixels)
    size = (min(fit.resized[0], fit.network[0]), min(fit.resized[1], fit.network[1]))
    left, top = max(fit.offset[0], 0), max(fit.offset[1], 0)
    # The part of the picture that is seen, so that a long strip is never blown up whole before it is cropped.
    x0, y0 = (max(-fit.offset[axis], 0) / fit.scale[axis] for axis in (0, 1))
    x1, y1 = ((max(-fit.offset[axis], 0) + size[axis]) / fit.scale[axis] for axis in (0, 1))
    seen = (x0, y0, min(x1, picture.width), min(y1, picture.height))
    small = np.asarray(Image.fromarray(picture.rgb).resize(size, _FILTERS[pixels.resample], seen), np.float32)
    mean, std = np.array(pixels.mean, np.float32), np.array(pixels.std, np.float32)
    canvas = np.empty((1, 3, fit.network[1], fit.network[0]), np.float32)
    canvas[:] = ((np.array(pixels.pad_rgb, np.float32) - mean) / std)[:, None, None]
    canvas[0, :, top : top + size[1], left : left + size[0]] = ((small / 255 - mean) / std).transpose(2, 0, 1)
    return canvas
