"""The styles in which an object is drawn: as it is, tinted, as lines, sketch or silhouette, in steps, pixels or paint.

What a colour's name says is always true of what is drawn: an object of one of COLOURS is in that colour alone, beside
black and white. One that is NATURAL has the colours it is known for, or is drawn in black on white, of which nobody
would name a colour. Plain shapes are grey where they are NATURAL.
"""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from build.world.drawings import Drawing, Pixels, cut
from build.world.facts import NATURAL
from build.world.glyphs import HUES_DEG, PLAIN, Glyphs

Ramp = NDArray[np.uint8]  # (256, 3): the colour of each tone
TURN_DEG = 25.0
_UPRIGHT_DEG = 6.0  # of a plain shape, whose bounds would else not be its own
_SIDEWAYS_SHARE = 0.08  # of objects turned by any angle
_VALUES = {
    "yellow": (0.88, 1.0),
    "red": (0.72, 0.95),
    "green": (0.5, 0.85),
    "blue": (0.65, 1.0),
    "purple": (0.55, 0.85),
}
_PIXELATED_SHARE, _WASHED_SHARE = 0.1, 0.1
_INKY = 0.4  # mean ink of a drawing that is of ink rather than of paper
_WATERCOLOUR_BLUR = 0.02  # of the longer side
_PIXELS = (20, 30)  # along the longer side: with fewer, objects are hard to tell
_TONES = np.linspace(0, 1, 256)[:, None]
_GREY = np.full((3, 3), 1 / 3)
_SKEW = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)  # turns about the axis of greys


class Styles:
    """Draws objects in styles chosen by chance. `glyphs` gives the drawings."""

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs

    def sprite(self, label: str, colour: str, side_px: float, rng: np.random.Generator) -> Pixels:
        """Returns an object, uint8 (height, width, 4), cut to what is visible of it; its longer side is `side_px`.

        Args:
            label: the object's, or any character that the colour font draws.
            colour: one of COLOURS, or NATURAL.
            side_px: in pixels.
            rng: chooses the style, the turn and the shade of the colour.
        """
        drawing, ramp = self._choose(label, colour, side_px, rng)
        sprite = drawing.turned(side_px, _turn_deg(label, rng), flip=rng.random() < 0.5)
        coloured = _vary(sprite, rng) if ramp is None else _colour(sprite, ramp)
        effect = rng.random()
        if effect < _PIXELATED_SHARE:
            return _pixelate(coloured, rng)
        return _wash(coloured, rng) if effect > 1 - _WASHED_SHARE else coloured

    def _choose(self, label: str, colour: str, side_px: float, rng: np.random.Generator) -> tuple[Drawing, Ramp | None]:
        """A drawing, and the colours of its tones where it is one of tones."""
        if label in PLAIN:
            return self._glyphs.plain(label, int(rng.integers(3))), _flat(colour, rng)
        kind = rng.random()
        if kind < 0.13:
            sketch = self._glyphs.sketch(label)
            return sketch, _ink(colour, sketch, rng)
        lines = self._glyphs.lines(label) if kind < 0.27 and side_px > 16 else None
        if lines:
            return lines, _ink(colour, lines, rng)
        if colour == NATURAL:
            return self._glyphs.natural(label), None
        if kind < 0.38 and label in self._glyphs.telling_shapes:
            return self._glyphs.shade(label), _flat(colour, rng)
        return self._glyphs.shade(label), _tint(colour, rng)


def colour_of(colour: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """A shade of one of COLOURS as red, green, blue in 0..255: float64 (3,)."""
    hue_deg = rng.uniform(*HUES_DEG[colour])
    return 255 * np.array(colorsys.hsv_to_rgb(hue_deg % 360 / 360, rng.uniform(0.78, 1), rng.uniform(*_VALUES[colour])))


def _turn_deg(label: str, rng: np.random.Generator) -> float:
    if label in (*PLAIN, "frame"):
        return float(rng.uniform(-_UPRIGHT_DEG, _UPRIGHT_DEG)) * (rng.random() < 0.5)
    if rng.random() < _SIDEWAYS_SHARE:
        return float(rng.uniform(-180, 180))
    return float(rng.uniform(-TURN_DEG, TURN_DEG))


def _tint(colour: str, rng: np.random.Generator) -> Ramp:
    """From dark to full colour, the lightest tones a little towards white."""
    full = colour_of(colour, rng) * (0.25 + 0.75 * np.minimum(_TONES / 0.8, 1))
    white = np.maximum(_TONES - 0.85, 0) * rng.uniform(0, 2.5)
    ramp = full * (1 - white) + 255 * white
    n_steps = int(rng.integers(3, 6)) if rng.random() < 0.15 else 0
    return _steps(ramp, n_steps) if n_steps else ramp.astype(np.uint8)


def _steps(ramp: NDArray[np.float64], n_steps: int) -> Ramp:
    levels = (np.arange(256) * n_steps // 256 + 0.5) * 256 / n_steps
    return ramp[levels.astype(int)].astype(np.uint8)


def _flat(colour: str, rng: np.random.Generator) -> Ramp:
    """One colour for all tones; grey where none is given."""
    rgb = np.full(3, rng.uniform(0, 255)) if colour == NATURAL else colour_of(colour, rng)
    return np.tile(rgb.astype(np.uint8), (256, 1))


def _ink(colour: str, drawing: Drawing, rng: np.random.Generator) -> Ramp:
    """From paper to ink: black on white, or one of COLOURS for what there is more of, or for ink on white paper."""
    paper, ink = rng.uniform(215, 255) + rng.uniform(-6, 0, 3), np.full(3, rng.uniform(0, 60))
    is_inky = drawing.mean_tone > _INKY
    if colour != NATURAL and not is_inky and (colour == "yellow" or rng.random() < 0.5):
        paper = colour_of(colour, rng)
    elif colour != NATURAL:
        paper, ink = ink if colour == "yellow" else paper, colour_of(colour, rng)  # yellow cannot be seen on white
    return np.clip(paper * (1 - _TONES) + ink * _TONES, 0, 255).astype(np.uint8)


def _colour(tones: Pixels, ramp: Ramp) -> Pixels:
    """Gives tones their colours: (height, width, 2) becomes (height, width, 4)."""
    sprite = np.empty((*tones.shape[:2], 4), np.uint8)
    sprite[..., :3] = ramp[tones[..., 0]]
    sprite[..., 3] = tones[..., 1]
    return sprite


def _vary(sprite: Pixels, rng: np.random.Generator) -> Pixels:
    """Changes hue a little, saturation and brightness more; now and then to a few steps of each channel."""
    angle, saturation = np.deg2rad(rng.normal(0, 5)), rng.uniform(0.75, 1.25)
    turn = _GREY + np.cos(angle) * (np.eye(3) - _GREY) + np.sin(angle) * _SKEW
    mixing = rng.uniform(0.85, 1.12) * (_GREY + saturation * (turn - _GREY))
    rgb = np.minimum(np.maximum(sprite[..., :3] @ mixing.astype(np.float32).T, 0), 255)
    if rng.random() < 0.12:
        n_steps = int(rng.integers(3, 6))
        rgb = np.floor(rgb * (n_steps / 256)) * (255 / (n_steps - 1))
    return _with_opacity(rgb, sprite)


def _pixelate(sprite: Pixels, rng: np.random.Generator) -> Pixels:
    """A small picture with hard pixels; objects not much larger than that stay as they are."""
    n_pixels = int(rng.integers(*_PIXELS))
    height, width = sprite.shape[:2]
    if max(height, width) < 1.5 * n_pixels:
        return sprite
    scale = n_pixels / max(height, width)
    small = Image.fromarray(sprite).resize((max(2, round(width * scale)), max(2, round(height * scale))))
    small.putalpha(small.getchannel("A").point(lambda alpha: 255 * (alpha > 110)))
    return cut(np.asarray(small.resize((width, height), Image.Resampling.NEAREST)))


def _wash(sprite: Pixels, rng: np.random.Generator) -> Pixels:
    """Like watercolour: soft, lighter, with clouds of pigment and a darker rim."""
    picture = Image.fromarray(sprite)
    blur = ImageFilter.GaussianBlur(_WATERCOLOUR_BLUR * max(picture.size))
    soft = np.asarray(picture.convert("RGBa").filter(blur).convert("RGBA"), np.float32)[..., :3]
    clouds = Image.fromarray(rng.integers(0, 256, (5, 5), np.uint8)).resize(picture.size, Image.Resampling.BICUBIC)
    rim = np.asarray(picture.getchannel("A").filter(ImageFilter.GaussianBlur(1.5)), np.float32) / 255
    thin = 0.05 + 0.2 * np.asarray(clouds, np.float32) / 255
    light = (np.clip(rim - 0.5, 0, 0.4) / 0.4 * thin)[..., None]
    return _with_opacity(soft + (255 - soft) * light, sprite)


def _with_opacity(rgb: NDArray[np.floating], sprite: Pixels) -> Pixels:
    return np.concatenate((rgb.astype(np.uint8), sprite[..., 3:]), -1)
