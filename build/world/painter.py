"""Draws scenes: objects in their boxes, on a backdrop, with exact bounds and masks of what can be seen of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from build.world.backdrops import STRANGERS, Backdrops, scatter_distractors
from build.world.drawings import VISIBLE_ALPHA, Pixels, Rgb
from build.world.facts import COLOURS, NATURAL, Placed, Vocabulary
from build.world.glyphs import Glyphs
from build.world.placing import CONTAINERS
from build.world.styles import Styles

HIDDEN_SHARE = 0.4  # of an object, at most
SIDE_SLACK = 1.2  # times what can be seen of it an object's side is at most
_STANDS_OUT = 60.0  # distance of mean colours in 0..255 below which an object is given a glow
_GLOW_SHARE = 0.1  # of the others
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Painting:
    """A drawn picture.

    Attributes:
        rgb: uint8 (height, width, 3).
        objects: those that were drawn, from left to right, with the exact bounds of what can be seen of them.
        masks: bool (objects, height, width), what is hidden taken out; None where nobody asked.
    """

    rgb: Rgb
    objects: tuple[Placed, ...]
    masks: Mask | None

    @property
    def boxes_px(self) -> NDArray[np.float64]:
        """Visible bounds of the objects in pixels, x0, y0, x1, y1: float64 (objects, 4)."""
        height_px, width_px = self.rgb.shape[:2]
        boxes = np.array([thing.box for thing in self.objects]).reshape(-1, 4)
        return boxes * (width_px, height_px, width_px, height_px)


@dataclass(frozen=True, slots=True)
class Layer:
    """A drawn object in the picture: `sprite` with its corner, and which of its pixels can be seen, bool (h, w)."""

    thing: Placed
    sprite: Image.Image
    left: int
    top: int
    seen: Mask
    n_pixels: int

    def under(self, other: Layer) -> Layer:
        """The layer as it looks with another one on top of it."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right = min(self.left + self.sprite.width, other.left + other.sprite.width)
        bottom = min(self.top + self.sprite.height, other.top + other.sprite.height)
        if left >= right or top >= bottom:
            return self
        seen = self.seen.copy()
        hiding = other.seen[top - other.top : bottom - other.top, left - other.left : right - other.left]
        seen[top - self.top : bottom - self.top, left - self.left : right - self.left] &= ~hiding
        return replace(self, seen=seen)

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """Of what can be seen, in pixels of the picture: x0, y0, x1, y1."""
        columns, rows = np.flatnonzero(self.seen.any(0)), np.flatnonzero(self.seen.any(1))
        x0, y0, x1, y1 = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
        return int(self.left + x0), int(self.top + y0), int(self.left + x1), int(self.top + y1)

    @property
    def is_recognisable(self) -> bool:
        """Whether enough of it can be seen, and its size can be told from that."""
        if self.seen.sum() < (1 - HIDDEN_SHARE) * self.n_pixels:
            return False
        x0, y0, x1, y1 = self.bounds
        return max(self.sprite.size) <= SIDE_SLACK * max(x1 - x0, y1 - y0)


class Painter:
    """Draws objects, and all that stands between and behind them.

    Args:
        vocabulary: the objects there are.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.glyphs = Glyphs(vocabulary)
        self._styles = Styles(self.glyphs)
        self._backdrops = Backdrops()

    def paint(
        self,
        objects: tuple[Placed, ...],
        width_px: int,
        height_px: int,
        rng: np.random.Generator,
        *,
        masks: bool = False,
    ) -> Painting:
        """Draws `objects` in a picture of `width_px` x `height_px`; without any, anything that has no name.

        Each is drawn around the middle of its box with its side, larger ones first. One that would hide too much of
        another is left out.
        """
        return self.finish(self.arrange(objects, width_px, height_px, rng), width_px, height_px, rng, masks=masks)

    def arrange(
        self, objects: tuple[Placed, ...], width_px: int, height_px: int, rng: np.random.Generator
    ) -> list[Layer]:
        """Draws the objects alone, the last one on top, each with its exact box."""
        layers: list[Layer] = []
        for thing in _drawing_order(objects, rng):
            side_px = min(thing.side * max(width_px, height_px), width_px, height_px)
            sprite = self._styles.sprite(thing.label, thing.colour, side_px, rng)
            layer = _lay(thing, sprite, width_px, height_px)
            beneath = [lower.under(layer) for lower in layers]
            if all(now is before or now.is_recognisable for now, before in zip(beneath, layers, strict=True)):
                layers = [*beneath, layer]
        return [replace(layer, thing=_measured(layer, width_px, height_px)) for layer in layers]

    def finish(
        self, layers: list[Layer], width_px: int, height_px: int, rng: np.random.Generator, *, masks: bool
    ) -> Painting:
        """Puts drawn objects on a backdrop."""
        picture = self._backdrops.draw(width_px, height_px, rng, is_calm=bool(layers))
        scatter_distractors(picture, rng)
        self._place_strangers(picture, rng, has_company=bool(layers))
        for layer in layers:
            if not _stands_out(picture, layer) or rng.random() < _GLOW_SHARE:
                _paint_glow(picture, layer)
            picture.paste(layer.sprite, (layer.left, layer.top), layer.sprite)
        ordered = sorted(layers, key=lambda layer: layer.thing.centre[0])
        stacked = _stack_masks(ordered, width_px, height_px) if masks else None
        rgb = self._backdrops.photograph(picture, rng)
        return Painting(rgb, tuple(layer.thing for layer in ordered), stacked)

    def _place_strangers(self, picture: Image.Image, rng: np.random.Generator, *, has_company: bool) -> None:
        """Unknown pictograms, under the objects: more of them in half the pictures where there is nothing else."""
        n_strangers = int(rng.random() < 0.25) if has_company else max(0, int(rng.integers(-2, 4)))
        for _ in range(n_strangers):
            side_px = rng.uniform(0.12, 0.4 if has_company else 0.95) * min(picture.size)
            colour = NATURAL if rng.random() < 0.6 else COLOURS[rng.integers(len(COLOURS))]
            pixels = self._styles.sprite(STRANGERS[rng.integers(len(STRANGERS))], colour, side_px, rng)
            sprite = Image.fromarray(pixels)
            corner = rng.random(2) * (np.array(picture.size) - sprite.size)
            picture.paste(sprite, (int(corner[0]), int(corner[1])), sprite)


def _drawing_order(objects: tuple[Placed, ...], rng: np.random.Generator) -> list[Placed]:
    """Containers first, then roughly from large to small."""
    keys = [(thing.label not in CONTAINERS, -thing.side * rng.uniform(0.7, 1.4)) for thing in objects]
    return [objects[k] for k in sorted(range(len(objects)), key=keys.__getitem__)]


def _lay(thing: Placed, pixels: Pixels, width_px: int, height_px: int) -> Layer:
    (x, y), (height, width) = thing.centre, pixels.shape[:2]
    left = max(min(round(x * width_px - width / 2), width_px - width), 0)
    top = max(min(round(y * height_px - height / 2), height_px - height), 0)
    seen = pixels[..., 3] >= VISIBLE_ALPHA
    return Layer(thing, Image.fromarray(pixels), left, top, seen, int(seen.sum()))


def _measured(layer: Layer, width_px: int, height_px: int) -> Placed:
    x0, y0, x1, y1 = layer.bounds
    box = (x0 / width_px, y0 / height_px, x1 / width_px, y1 / height_px)
    return replace(layer.thing, box=box, side=max(layer.sprite.size) / max(width_px, height_px))


def _stands_out(picture: Image.Image, layer: Layer) -> bool:
    """Whether an object's mean colour is unlike that of its surroundings."""
    every = np.asarray(layer.sprite)[::3, ::3].reshape(-1, 4)  # every third pixel is enough
    colour = every[:, 3] @ every[:, :3].astype(np.float32) / max(int(every[:, 3].sum()), 1)
    return math.dist(colour, _behind(picture, layer)) > _STANDS_OUT


def _behind(picture: Image.Image, layer: Layer) -> bytes:
    """The mean colour of the picture where an object is going to be: red, green, blue."""
    area = (layer.left, layer.top, layer.left + layer.sprite.width, layer.top + layer.sprite.height)
    return picture.resize((1, 1), Image.Resampling.BOX, area).tobytes()


def _paint_glow(picture: Image.Image, layer: Layer) -> None:
    """Puts a soft light or shadow under an object."""
    width, height = layer.sprite.size
    margin = 2 + max(width, height) // 10
    opacity = Image.new("L", (width + 2 * margin, height + 2 * margin))
    opacity.paste(layer.sprite.getchannel("A"), (margin, margin))
    glow = opacity.filter(ImageFilter.GaussianBlur(margin / 2.5)).point(_GLOW_CURVE)
    tone = (255, 255, 255) if sum(_behind(picture, layer)) < 3 * 128 else (15, 15, 20)
    picture.paste(tone, (layer.left - margin, layer.top - margin), glow)


def _stack_masks(layers: list[Layer], width_px: int, height_px: int) -> Mask:
    masks = np.zeros((len(layers), height_px, width_px), np.bool_)
    for mask, layer in zip(masks, layers, strict=True):
        height, width = layer.seen.shape
        mask[layer.top : layer.top + height, layer.left : layer.left + width] = layer.seen
    return masks


_GLOW_CURVE = [min(230, level * 2) for level in range(256)]
