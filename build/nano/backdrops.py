"""What stands behind and between the objects of a drawn picture: nothing of it has a name in nano's world."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from build.nano.glyphs import strangers

Rgb = NDArray[np.uint8]
N_TEXTURES = 240
TEXTURE_PX = 160


def backdrop(width_px: int, height_px: int, is_calm: bool, rng: np.random.Generator) -> Image.Image:
    """Returns an RGB background: plain, gradient or textured, now and then with grain.

    A calm one lets objects be seen; the others, of all textures, are for pictures without any.
    """
    kind = rng.random()
    if kind < 0.2:
        picture = Image.new("RGB", (width_px, height_px), _colour(rng))
    elif kind < (0.75 if is_calm else 0.35):
        picture = _gradient(rng).resize((width_px, height_px), Image.Resampling.BILINEAR)
    else:
        texture = _textures(_CALM if is_calm else _MAKERS)
        picture = _crop(texture[rng.integers(len(texture))], rng).resize(
            (width_px, height_px), Image.Resampling.BILINEAR
        )
    if rng.random() < 0.5:
        picture = _grain(picture, rng)
    return picture


def scatter_distractors(picture: Image.Image, rng: np.random.Generator) -> None:
    """Draws up to five shapes, lines or letters without a name onto `picture`; rectangles are left to `square`."""
    draw = ImageDraw.Draw(picture)
    width_px, height_px = picture.size
    for _ in range(rng.integers(0, 6)):
        x, y = rng.random() * width_px, rng.random() * height_px
        size = (0.05 + 0.35 * rng.random() ** 2) * min(width_px, height_px)
        kind = rng.integers(0, 4)
        if kind == 0:
            draw.ellipse((x, y, x + size * (0.5 + rng.random()), y + size), fill=_colour(rng))
        elif kind == 1:
            corners = [(x + dx, y + dy) for dx, dy in (rng.random((3, 2)) - 0.5) * 2 * size]
            draw.polygon(corners, fill=_colour(rng))
        elif kind == 2:
            ends = [(x + dx, y + dy) for dx, dy in (rng.random((3, 2)) - 0.5) * 4 * size]
            draw.line(ends, fill=_colour(rng), width=int(rng.integers(1, 6)))
        else:
            draw.text((x, y), chr(rng.integers(65, 91)), fill=_colour(rng), font_size=max(size, 6))


def unknown_glyph(rng: np.random.Generator) -> Image.Image:
    """Returns a pictogram that nano has no name for."""
    bank = strangers()
    return bank[rng.integers(len(bank))]


@cache
def _textures(makers: tuple[_Maker, ...]) -> tuple[Image.Image, ...]:
    rng = np.random.default_rng(20261122)
    return tuple(Image.fromarray(makers[i % len(makers)](rng)) for i in range(N_TEXTURES))


def _crop(texture: Image.Image, rng: np.random.Generator) -> Image.Image:
    side = int(rng.integers(32, TEXTURE_PX + 1))
    x, y = rng.integers(0, TEXTURE_PX - side + 1, 2)
    turned = texture.crop((x, y, x + side, y + side)).transpose(Image.Transpose(int(rng.integers(0, 7))))
    return turned.filter(ImageFilter.GaussianBlur(rng.random() * 2)) if rng.random() < 0.3 else turned


def _noise_texture(rng: np.random.Generator) -> Rgb:
    """Noise whose amplitude falls as 1/f^a, as in photographs, in a random plane of colours."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(TEXTURE_PX), np.fft.fftfreq(TEXTURE_PX)))
    falloff = 1 / np.maximum(frequency, 1 / TEXTURE_PX) ** rng.uniform(0.8, 2.0)
    fields = np.stack(
        [np.fft.ifft2(np.fft.fft2(rng.standard_normal((TEXTURE_PX,) * 2)) * falloff).real for _ in range(3)], -1
    )
    fields /= fields.std((0, 1))
    mixing = rng.standard_normal((3, 3)) * rng.uniform(10, 45)
    return np.clip(fields @ mixing + rng.uniform(30, 225, 3), 0, 255).astype(np.uint8)


def _leaves_texture(rng: np.random.Generator) -> Rgb:
    """Overlapping shaded shapes of all sizes in a few related colours: much like a photograph, but of nothing.

    Source: the dead leaves model of natural images, Lee, Mumford, Huang, 2001, section 4 (sizes fall as 1/r^3).
    """
    palette = np.clip(rng.uniform(20, 235, (1, 3)) + rng.standard_normal((6, 3)) * rng.uniform(15, 70), 0, 255)
    picture = Image.new("RGB", (TEXTURE_PX, TEXTURE_PX), _colour(rng))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(150, 600))):
        radius = min(3 / np.sqrt(rng.uniform(0.001, 1)), 70)
        centre = rng.uniform(-10, TEXTURE_PX + 10, 2)
        fill = tuple(int(v) for v in np.clip(palette[rng.integers(6)] + rng.normal(0, 12, 3), 0, 255))
        if rng.random() < 0.5:
            reach = radius * rng.uniform(0.4, 1.6, 2)
            draw.ellipse((*(centre - reach), *(centre + reach)), fill=fill)
        else:
            angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 8))))
            directions = np.stack((np.cos(angles), np.sin(angles)), 1)
            corners = centre + radius * rng.uniform(0.5, 1.4, (len(angles), 1)) * directions
            draw.polygon([tuple(corner) for corner in corners], fill=fill)
    light = _noise_texture(rng).mean(-1, keepdims=True) / 128
    soft = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 2)))
    return np.clip(np.asarray(soft) * (0.55 + 0.45 * light), 0, 255).astype(np.uint8)


def _mosaic_texture(rng: np.random.Generator) -> Rgb:
    """Scraps of pictograms, known and unknown, too small and too mixed to be one."""
    picture = Image.new("RGB", (TEXTURE_PX, TEXTURE_PX), _colour(rng))
    for _ in range(int(rng.integers(60, 200))):
        glyph = unknown_glyph(rng)
        side = int(rng.integers(10, 30))
        x, y = (int(rng.integers(0, max(extent - side, 1))) for extent in glyph.size)
        scrap = glyph.crop((x, y, x + side, y + side)).rotate(int(rng.integers(0, 4)) * 90)
        left, top = (int(v) for v in rng.integers(-10, TEXTURE_PX, 2))
        picture.paste(scrap, (left, top), scrap)
    return np.asarray(picture)


def _stripe_texture(rng: np.random.Generator) -> Rgb:
    y, x = np.mgrid[:TEXTURE_PX, :TEXTURE_PX]
    angle, period = rng.uniform(0, np.pi), rng.uniform(5, 40)
    wave = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period)
    wave = np.sign(wave) if rng.random() < 0.5 else wave
    a, b = rng.uniform(0, 255, (2, 3))
    return ((wave[..., None] + 1) / 2 * (a - b) + b).astype(np.uint8)


def _gradient(rng: np.random.Generator) -> Image.Image:
    return Image.fromarray(rng.integers(0, 256, (2, 2, 3), dtype=np.uint8)).resize((32, 32), Image.Resampling.BILINEAR)


def _grain(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    noise = rng.standard_normal((picture.height, picture.width, 1)) * rng.uniform(2, 9)
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = (int(v) for v in rng.integers(0, 256, 3))
    return red, green, blue


_Maker = Callable[[np.random.Generator], Rgb]
_CALM: tuple[_Maker, ...] = (_noise_texture,)
_MAKERS: tuple[_Maker, ...] = (_leaves_texture, _noise_texture, _leaves_texture, _mosaic_texture, _stripe_texture)
