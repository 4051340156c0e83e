"""Pictures: from a file to pixels, from pixels to a network's input, and from its boxes and masks back to pixels.

Coordinates are continuous: pixel (x, y) covers the square from (x, y) to (x + 1, y + 1), origin top left, so a box
round a whole picture is (0, 0, width, height). "Network units" are fractions (0..1) of the network's whole input.
"""

from __future__ import annotations

import stat
import struct
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from bubo_desktop.errors import InputError
from bubo_desktop.packs.manifest import PixelInput

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_PIXELS = 50_000_000
_FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError)
# What Pillow's readers raise on damaged data.
_DAMAGE = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, EOFError, struct.error,
)  # fmt: skip


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


def read_picture(path: str | Path) -> Picture:
    """Reads a still picture, or the first frame of a moving one.

    Transparency is laid on white; 16-bit grey is scaled from its full range; 32-bit and float values, which have no
    agreed white, are stretched from their smallest to their largest, except floats within 0..1.

    Raises:
        InputError: no regular file, no picture of `FORMATS`, damaged, or of more than `MAX_PIXELS` pixels.
    """
    path = Path(path)
    name = "".join(letter if letter.isprintable() else "?" for letter in path.name)
    _require_regular_file(path, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Picture(_decode(path, name))
    except _BOMBS as error:
        raise _too_large(name) from error
    except UnidentifiedImageError as error:
        message = f"{name} is not a picture that can be read."
        raise InputError(message, "Use a PNG, JPEG, WebP, GIF, BMP or TIFF file.") from error
    except InputError:
        raise
    except _DAMAGE as error:
        raise InputError(f"{name} is damaged or incomplete.", "Save or download the picture again.") from error


def _require_regular_file(path: Path, name: str) -> None:
    """A pipe or a device could keep the engine waiting for ever."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise InputError(f"There is no file {name}.", "Check the path.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{name} cannot be opened.", "Check the path and its permissions.") from error
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{name} is not a file.", "Choose a picture file.")
    if status.st_size == 0:
        raise InputError(f"{name} is empty.", "Save or download the picture again.")


def _too_large(name: str) -> InputError:
    return InputError(f"{name} is larger than {MAX_PIXELS // 10**6} million pixels.", "Make the picture smaller.")


def _decode(path: Path, name: str) -> NDArray[np.uint8]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"{name} cannot be opened.", "Check its permissions.") from error
    with file, Image.open(file, formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise _too_large(name)
        image.load()
        return np.asarray(_eight_bit_rgb(ImageOps.exif_transpose(image)))


def _eight_bit_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        return Image.fromarray(np.round(np.asarray(image) / 257).astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        return Image.fromarray(_stretched(np.asarray(image, np.float64))).convert("RGB")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def _stretched(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    return np.round((values - low) * (255 / (high - low or 1))).astype(np.uint8)


@dataclass(frozen=True)
class Frame:
    """Where a picture lies in a network's input: network pixel = picture pixel x `scale` + `offset`, per axis.

    All pairs are (x, y). `resized` is the picture's size in network pixels before padding or cropping.
    """

    picture: tuple[int, int]
    network: tuple[int, int]
    resized: tuple[int, int]

    @classmethod
    def fitting(cls, width: int, height: int, pixels: PixelInput) -> Frame:
        """The frame of a picture of `width` x `height` pixels; an extremely long picture keeps at least one pixel."""
        whole = pixels.fit == "letterbox"
        if (width * pixels.height >= height * pixels.width) == whole:
            resized = (pixels.width, _scaled(height, pixels.width, width, whole))
        else:
            resized = (_scaled(width, pixels.height, height, whole), pixels.height)
        return cls((width, height), (pixels.width, pixels.height), resized)

    @property
    def scale(self) -> tuple[float, float]:
        """Network pixels per picture pixel."""
        return self.resized[0] / self.picture[0], self.resized[1] / self.picture[1]

    @property
    def offset(self) -> tuple[int, int]:
        """Network pixel at which the picture begins; negative where it is cropped."""
        if self.resized[0] > self.network[0] or self.resized[1] > self.network[1]:
            return -round((self.resized[0] - self.network[0]) / 2), -round((self.resized[1] - self.network[1]) / 2)
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
    """Length of the other side. A crop truncates it. Source: torchvision `Resize` with one size."""
    return max(1, round(length * to / of)) if whole else length * to // of


def network_input(picture: Picture, pixels: PixelInput) -> NDArray[np.float32]:
    """Returns `pixel_values`, read-only float32 [1, 3, height, width], made as `PixelInput` says (see `Frame`).

    The picture remembers it: several parts of a pack look at the same input, and resizing 12 million pixels takes
    longer than a small network.
    """
    if pixels not in picture.inputs:
        picture.inputs[pixels] = _network_input(picture, pixels)
        picture.inputs[pixels].flags.writeable = False
    return picture.inputs[pixels]


def _network_input(picture: Picture, pixels: PixelInput) -> NDArray[np.float32]:
    frame = Frame.fitting(picture.width, picture.height, pixels)
    size = (min(frame.resized[0], pixels.width), min(frame.resized[1], pixels.height))
    left, top = max(frame.offset[0], 0), max(frame.offset[1], 0)
    # The part of the picture that is seen, so that a long strip is never blown up whole before it is cropped.
    x0, y0 = (max(-frame.offset[axis], 0) / frame.scale[axis] for axis in (0, 1))
    x1, y1 = ((max(-frame.offset[axis], 0) + size[axis]) / frame.scale[axis] for axis in (0, 1))
    seen = (x0, y0, min(x1, picture.width), min(y1, picture.height))
    small = np.asarray(Image.fromarray(picture.rgb).resize(size, _FILTERS[pixels.resample], seen), np.float32)
    mean, std = np.array(pixels.mean, np.float32), np.array(pixels.std, np.float32)
    canvas = np.empty((1, 3, pixels.height, pixels.width), np.float32)
    canvas[:] = ((np.array(pixels.pad_rgb, np.float32) - mean) / std)[:, None, None]
    canvas[0, :, top : top + size[1], left : left + size[0]] = ((small / 255 - mean) / std).transpose(2, 0, 1)
    return canvas
