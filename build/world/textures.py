"""Textures made by code: noise, cloth, wood, marble, tiles, meadows, landscapes and heaps of shapes; none has a name.

A texture is a picture of TEXTURE_PX x TEXTURE_PX, RGB uint8, that backdrops are cut from.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

from build.world.drawings import Rgb

Field = NDArray[np.float64]
TEXTURE_PX = 256


def make_texture(rng: np.random.Generator) -> Rgb:
    """Returns a texture of any kind: uint8 (TEXTURE_PX, TEXTURE_PX, 3)."""
    return _MAKERS[rng.integers(len(_MAKERS))](rng)


def fractal_noise(rng: np.random.Generator, falloff: float, stretch: float = 1.0) -> Field:
    """Noise whose amplitude falls as 1/f^`falloff`, mean 0, standard deviation 1: float64 (TEXTURE_PX, TEXTURE_PX).

    Photographs have a falloff of about 1. A `stretch` below 1 makes it longer along x
    than along y.

    Source: Field, Relations between the statistics of natural images, 1987, section 4.
    """
    rows, columns = np.meshgrid(np.fft.fftfreq(TEXTURE_PX), np.fft.rfftfreq(TEXTURE_PX), indexing="ij")
    frequency = np.maximum(np.hypot(rows * stretch, columns), 1 / TEXTURE_PX)
    phases = np.exp(2j * np.pi * rng.random(frequency.shape)) * rng.rayleigh(size=frequency.shape)
    field = np.fft.irfft2(phases / frequency**falloff, s=(TEXTURE_PX, TEXTURE_PX))
    return (field - field.mean()) / field.std()


def _noise(rng: np.random.Generator) -> Rgb:
    fields = np.stack([fractal_noise(rng, rng.uniform(0, 2.2)) for _ in range(3)], -1)
    return _to_rgb(fields @ (rng.standard_normal((3, 3)) * rng.uniform(8, 40)) + rng.uniform(30, 225, 3))


def _stripes(rng: np.random.Generator) -> Rgb:
    wave = np.sin(_distance_along(rng) / rng.uniform(1, 9) + rng.uniform(0, 2) * fractal_noise(rng, 2))
    return _blend((np.sign(wave) if rng.random() < 0.5 else wave) / 2 + 0.5, rng)


def _checks(rng: np.random.Generator) -> Rgb:
    """Cloth of crossing stripes, wider one way than the other."""
    along, across = _grid()
    period = rng.uniform(6, 20)
    shares = [np.floor(axis / width) % 2 for axis, width in ((along, period), (across, period * rng.uniform(1.8, 3)))]
    return _blend(
        np.asarray(
            ndimage.rotate((shares[0] + shares[1]) / 2, rng.uniform(0, 360), reshape=False, order=1, mode="wrap")
        ),
        rng,
    )


def _wood(rng: np.random.Generator) -> Rgb:
    _, y = _grid()
    rings = y / rng.uniform(4, 12) + rng.uniform(1, 3) * fractal_noise(rng, 2.2, 0.2)
    grain = 0.5 + 0.35 * np.sin(rings) + 0.1 * fractal_noise(rng, 0.6, 0.04)
    light = rng.uniform((150, 100, 60), (235, 200, 160))
    return _between(light * rng.uniform(0.4, 0.7), light, grain)


def _marble(rng: np.random.Generator) -> Rgb:
    veins = np.abs(np.sin(_distance_along(rng) / rng.uniform(8, 30) + rng.uniform(1, 3) * fractal_noise(rng, 1.7)))
    base = rng.uniform(120, 245) + rng.normal(0, 10, 3)
    return _between(base * rng.uniform(0.3, 0.8), base, veins ** rng.uniform(0.2, 0.6))


def _bricks(rng: np.random.Generator) -> Rgb:
    x, y = _grid()
    height = rng.uniform(10, 28)
    length, row = height * rng.uniform(2.2, 3.2), np.floor(y / height)
    shifted = x / length + 0.5 * (row % 2)
    joint = np.minimum(y % height, (shifted % 1) * length) < rng.uniform(1, 3)
    tones = rng.random((TEXTURE_PX, TEXTURE_PX))[
        row.astype(int) % TEXTURE_PX, np.floor(shifted).astype(int) % TEXTURE_PX
    ]
    clay = rng.uniform((120, 50, 40), (215, 160, 140)) if rng.random() < 0.6 else _any_colour(rng)
    wall = clay * (0.75 + 0.3 * tones + 0.08 * fractal_noise(rng, 0.8))[..., None]
    return _to_rgb(np.where(joint[..., None], rng.uniform(100, 220), wall))


def _grass(rng: np.random.Generator) -> Rgb:
    """Many blades, or hairs: short strokes in one direction more than in others."""
    base = rng.uniform((40, 90, 10), (120, 180, 70)) if rng.random() < 0.6 else _any_colour(rng)
    picture = Image.new("RGB", (TEXTURE_PX, TEXTURE_PX), _ints(base * 0.6))
    draw = ImageDraw.Draw(picture)
    lean, length = rng.normal(0, 0.6), rng.uniform(8, 26)
    for x, y in rng.uniform(-10, TEXTURE_PX + 10, (1500, 2)):
        angle, tone = lean + rng.normal(0, 0.35), rng.uniform(0.55, 1.25)
        draw.line((x, y, x + length * np.sin(angle), y - length * np.cos(angle)), _ints(base * tone), 1 + (tone > 1))
    return np.asarray(picture)


def _sand(rng: np.random.Generator) -> Rgb:
    _, y = _grid()
    ripples = np.sin((y + 5 * fractal_noise(rng, 2)) / rng.uniform(2, 8)) * rng.uniform(0, 0.12)
    tone = 1 + ripples + 0.06 * fractal_noise(rng, 0) + 0.05 * fractal_noise(rng, 1.5)
    return _to_rgb(rng.uniform((170, 140, 90), (240, 220, 190)) * tone[..., None])


def _water(rng: np.random.Generator) -> Rgb:
    swell = np.sin(fractal_noise(rng, rng.uniform(1.3, 1.9), rng.uniform(0.15, 1)) * rng.uniform(2, 5))
    return _between(
        rng.uniform((0, 30, 60), (40, 110, 150)), rng.uniform((60, 140, 170), (200, 235, 245)), swell / 2 + 0.5
    )


def _sky(rng: np.random.Generator) -> Rgb:
    """A gradient from the zenith down, with haze too thin to be a cloud."""
    _, y = _grid()
    haze = 0.12 * fractal_noise(rng, 2, 0.4)
    top, bottom = rng.uniform((20, 60, 130), (130, 180, 250)), rng.uniform((150, 150, 170), (255, 235, 240))
    return _between(top, bottom, y / TEXTURE_PX + haze)


def _lights(rng: np.random.Generator) -> Rgb:
    """Lights far out of focus: soft six-sided spots that shine through one another."""
    glow = np.zeros((TEXTURE_PX, TEXTURE_PX, 3))
    turn = rng.uniform(0, np.pi)
    for _ in range(int(rng.integers(15, 60))):
        radius, centre = rng.uniform(5, 26), rng.uniform(0, TEXTURE_PX, 2)
        spot = Image.new("L", (TEXTURE_PX, TEXTURE_PX))
        corners = [tuple(centre + radius * np.array((np.cos(a), np.sin(a)))) for a in turn + np.arange(6) * np.pi / 3]
        ImageDraw.Draw(spot).polygon(corners, 255)
        soft = spot.filter(ImageFilter.GaussianBlur(radius * 0.25))
        glow += np.asarray(soft)[..., None] / 255 * _any_colour(rng) * rng.uniform(0.1, 0.5)
    return _to_rgb(_any_colour(rng) * 0.25 + glow)


def _landscape(rng: np.random.Generator) -> Rgb:
    """Ridges behind ridges, paler with distance, each as rough as a fractal."""
    picture = _sky(rng).astype(np.float64)
    _, y = _grid()
    near, far = _any_colour(rng) * 0.6, rng.uniform(140, 230, 3)
    n_ridges = int(rng.integers(2, 6))
    for ridge in range(n_ridges):
        nearness = (ridge + 1) / n_ridges
        crest = TEXTURE_PX * (0.35 + 0.5 * nearness - 0.12) + 16 * fractal_noise(rng, 1.6)[0]
        tone = far + (near - far) * nearness + 14 * nearness * fractal_noise(rng, 1.0)[..., None]
        picture = np.where((y > crest)[..., None], tone, picture)
    return _to_rgb(picture)


def _leaves(rng: np.random.Generator) -> Rgb:
    """Overlapping shaded shapes of all sizes in a few related colours: much like a photograph, but of nothing.

    Source: the dead leaves model of natural images, Lee, Mumford, Huang, 2001, section 4 (sizes fall as 1/r^3).
    """
    palette = np.clip(rng.uniform(20, 235, (1, 3)) + rng.standard_normal((6, 3)) * rng.uniform(15, 60), 0, 255)
    picture = Image.new("RGB", (TEXTURE_PX, TEXTURE_PX), _ints(palette[0]))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(250, 900))):
        radius = min(4 / np.sqrt(rng.uniform(0.001, 1)), 90)
        centre, fill = rng.uniform(-10, TEXTURE_PX + 10, 2), _ints(palette[rng.integers(6)] + rng.normal(0, 12, 3))
        draw.polygon([tuple(corner) for corner in centre + _blob(rng, radius)], fill=fill)
    light = 0.8 + 0.2 * fractal_noise(rng, 1.6)[..., None]
    return _to_rgb(np.asarray(picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 2.5)))) * light)


def _room(rng: np.random.Generator) -> Rgb:
    """Large blurred planes and bars, as things look that the lens does not focus on."""
    picture = Image.new("RGB", (TEXTURE_PX, TEXTURE_PX), _ints(_any_colour(rng)))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(4, 16))):
        reach = rng.uniform((0.1, 0.5), (0.6, 1.5)) * TEXTURE_PX * 0.4
        corners = np.array([(-1, -1), (1, -1.1), (0.9, 1), (-1.1, 0.9)]) * (
            reach if rng.random() < 0.5 else reach[::-1]
        )
        draw.polygon([tuple(c) for c in corners + rng.uniform(0, TEXTURE_PX, 2)], _ints(_any_colour(rng)))
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(rng.uniform(6, 18))))
    return _to_rgb(soft * (0.9 + 0.15 * fractal_noise(rng, 1.8)[..., None]))


def _blob(rng: np.random.Generator, radius: float) -> Field:
    """Corners (n, 2) of a longish uneven shape around 0."""
    n = int(rng.integers(5, 14))
    angles = (np.arange(n) + rng.uniform(-0.3, 0.3, n)) * 2 * np.pi / n
    outline = np.stack((np.cos(angles), rng.uniform(0.3, 0.75) * np.sin(angles)), 1)
    turn = rng.uniform(0, np.pi)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return radius * rng.uniform(0.7, 1.3, (n, 1)) * outline @ spin


def _grid() -> tuple[Field, Field]:
    y, x = np.mgrid[:TEXTURE_PX, :TEXTURE_PX].astype(np.float64)
    return x, y


def _distance_along(rng: np.random.Generator) -> Field:
    x, y = _grid()
    angle = rng.uniform(0, np.pi)
    return np.asarray(x * np.cos(angle) + y * np.sin(angle))


def _blend(share: Field, rng: np.random.Generator) -> Rgb:
    return _between(_any_colour(rng), _any_colour(rng), share)


def _between(low: Field, high: Field, share: Field) -> Rgb:
    return _to_rgb(low + np.clip(share, 0, 1)[..., None] * (high - low))


def _any_colour(rng: np.random.Generator) -> Field:
    """More or less vivid."""
    rgb = rng.uniform(0, 255, 3)
    return np.asarray(rgb.mean() + (rgb - rgb.mean()) * rng.uniform(0.1, 1))


def _ints(rgb: Field) -> tuple[int, int, int]:
    red, green, blue = (int(channel) for channel in np.clip(rgb, 0, 255))
    return red, green, blue


def _to_rgb(picture: Field) -> Rgb:
    return np.clip(picture, 0, 255).astype(np.uint8)


_MAKERS: tuple[Callable[[np.random.Generator], Rgb], ...] = (
    _noise, _noise, _stripes, _checks, _wood, _marble, _bricks, _grass, _sand, _water, _sky, _lights, _landscape,
    _leaves, _leaves, _room, _room,
)  # fmt: skip
