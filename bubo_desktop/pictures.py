"""Pictures as pixels: the same for the networks that look at them and for the user who sees them."""

from __future__ import annotations

import stat
import struct
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from bubo_desktop.data import Frame
from bubo_desktop.errors import InputError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_PIXELS = 50_000_000
_SMALLEST_RANGE = 1e-30  # of float pictures; 255 divided by it is still a float32
_BAND_ROWS = 64
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError)
# What Pillow's readers raise on damaged data.
_DAMAGE = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, EOFError, struct.error,
)  # fmt: skip


def read_pixels(path: str | Path, name: str | None = None) -> NDArray[np.uint8]:
    """Reads a still picture, or the first frame of a moving one.

    Returns uint8 RGB [height, width, 3] as the user sees it: EXIF orientation applied.
    Transparency is laid on white; 16-bit grey is scaled from its full range; 32-bit and float values, which have no
    agreed white, are stretched from their smallest to their largest, except floats within 0..1.

    Args:
        path: of the file.
        name: what the user calls it, where the file has a name of ours.

    Raises:
        InputError: no regular file, no picture of `FORMATS`, damaged, or of more than `MAX_PIXELS` pixels.
    """
    path = Path(path)
    name = printable_name(name or path.name)
    _require_regular_file(path, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decode(path, name)
    except _BOMBS as error:
        raise _too_large(name) from error
    except UnidentifiedImageError as error:
        message = f"{name} is not a picture that can be read."
        raise InputError(message, "Use a PNG, JPEG, WebP, GIF, BMP or TIFF file.") from error
    except InputError:
        raise
    except _DAMAGE as error:
        raise InputError(f"{name} is damaged or incomplete.", "Save or download the picture again.") from error


def pixels_of(frame: Frame) -> NDArray[np.uint8]:
    """The pixels of a picture in memory: uint8 RGB [height, width, 3], read-only; nothing is copied.

    Raises:
        InputError: there are none, more than `MAX_PIXELS`, or not as many as the frame's size says.
    """
    width_px, height_px, n_bytes = frame.width_px, frame.height_px, len(frame.rgb)
    if width_px < 1 or height_px < 1 or n_bytes != 3 * width_px * height_px:
        raise InputError(f"{n_bytes} bytes are no picture of {width_px} x {height_px} pixels.", "Take another one.")
    if width_px * height_px > MAX_PIXELS:
        raise _too_large("The picture")
    return np.frombuffer(frame.rgb, np.uint8).reshape(height_px, width_px, 3)


def printable_name(name: str) -> str:
    """A file's name as a sentence can show it, in one line of whole characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


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
        ImageOps.exif_transpose(image, in_place=True)
        return _as_pixels(image)


def _as_pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Goes band by band: one call for a large picture would hold up the window, whatever thread it is made in."""
    if image.mode in ("I", "F"):
        image = Image.fromarray(_stretched(np.array(image, np.float32)))
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, _BAND_ROWS):
        band = image.crop((0, top, image.width, min(top + _BAND_ROWS, image.height)))
        pixels[top : top + _BAND_ROWS] = np.asarray(_eight_bit_rgb(band))
    return pixels


def _eight_bit_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        return Image.fromarray(((np.asarray(image).astype(np.uint32) + 128) // 257).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def _stretched(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Scales in place: at the largest size allowed the values take 200 MB."""
    np.nan_to_num(values, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    scale = 255 / max(high - low, _SMALLEST_RANGE)
    values *= scale
    values -= low * scale
    return np.rint(values, out=values).clip(0, 255).astype(np.uint8)
