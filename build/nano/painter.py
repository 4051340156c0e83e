"""Draws a scene: objects into their boxes, on a backdrop, with their exact bounds and masks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from build.nano.backdrops import backdrop, scatter_distractors, unknown_glyph
from build.nano.facts import Placed
from build.nano.glyphs import object_glyph, plain_square

TURN_DEG = 20.0
VISIBLE_ALPHA = 128


@dataclass(frozen=True, slots=True)
class Painting:
    """A drawn picture. `rgb` is uint8 (h, w, 3); `objects` carry their exact visible bounds; `masks` is bool
    (objects, h, w), what is covered by a later object taken out.
    """

    rgb: NDArray[np.uint8]
    objects: tuple[Placed, ...]
    masks: NDArray[np.bool_]

    @property
    def boxes_px(self) -> NDArray[np.float64]:
        """Visible bounds of the objects in pixels, x0, y0, x1, y1: (objects, 4)."""
        height_px, width_px = self.rgb.shape[:2]
        boxes = np.array([thing.box for thing in self.objects]).reshape(-1, 4)
        return boxes * (width_px, height_px, width_px, height_px)


def paint(objects: tuple[Placed, ...], width_px: int, height_px: int, rng: np.random.Generator) -> Painting:
    """Draws `objects` in a picture of `width_px` x `height_px`; each is fitted into its box and its box made exact.

    Sides are taken of `side_unit`.
    """
    picture = backdrop(width_px, height_px, bool(objects), rng)
    scatter_distractors(picture, rng)
    _place_strangers(picture, objects, rng)
    masks: list[NDArray[np.bool_]] = []
    exact: list[Placed] = []
    for thing in objects:
        sprite = _sprite(thing, width_px, height_px, rng)
        left, top = _corner(thing, sprite, width_px, height_px)
        picture.paste(sprite, (left, top), sprite)
        mask = _mask(sprite, left, top, width_px, height_px)
        masks = [earlier & ~mask for earlier in masks] + [mask]
        right, bottom = left + sprite.width, top + sprite.height
        box = (left / width_px, top / height_px, right / width_px, bottom / height_px)
        exact.append(replace(thing, box=box))
    stacked = np.stack(masks) if masks else np.zeros((0, height_px, width_px), np.bool_)
    return Painting(_develop(np.asarray(picture), rng), tuple(exact), stacked)


def side_unit(width_px: int, height_px: int) -> int:
    """The length that objects' sides are fractions of: the longer side, at most three times the shorter."""
    return min(max(width_px, height_px), 3 * min(width_px, height_px))


def _sprite(thing: Placed, width_px: int, height_px: int, rng: np.random.Generator) -> Image.Image:
    plain = thing.label == "square" and rng.random() < 0.6
    glyph = plain_square(thing.colour, rng) if plain else object_glyph(thing.label, thing.colour)
    side = (thing.box[2] - thing.box[0]) * side_unit(width_px, height_px)
    if side * 3 < max(glyph.size):  # turning fewer pixels is faster and no one sees the difference
        glyph = glyph.reduce(2)
    if rng.random() < 0.5:
        glyph = glyph.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if not plain or rng.random() < 0.3:
        glyph = glyph.rotate(rng.uniform(-TURN_DEG, TURN_DEG), Image.Resampling.BILINEAR, expand=True)
    return _fit(glyph, min(side, 0.95 * min(width_px, height_px)))


def _fit(glyph: Image.Image, side_px: float) -> Image.Image:
    """Scales the visible part of the glyph so that its longer side is `side_px`, and cuts it to exact bounds."""
    visible = glyph.getchannel("A").point(lambda alpha: 255 * (alpha >= VISIBLE_ALPHA)).getbbox()
    glyph = glyph.crop(visible)
    scale = side_px / max(glyph.size)
    glyph = glyph.resize(
        (max(2, round(glyph.width * scale)), max(2, round(glyph.height * scale))), Image.Resampling.BOX
    )
    visible = glyph.getchannel("A").point(lambda alpha: 255 * (alpha >= VISIBLE_ALPHA)).getbbox()
    return glyph.crop(visible)


def _corner(thing: Placed, sprite: Image.Image, width_px: int, height_px: int) -> tuple[int, int]:
    x, y = thing.centre
    left = np.clip(round(x * width_px - sprite.width / 2), 0, width_px - sprite.width)
    top = np.clip(round(y * height_px - sprite.height / 2), 0, height_px - sprite.height)
    return int(left), int(top)


def _mask(sprite: Image.Image, left: int, top: int, width_px: int, height_px: int) -> NDArray[np.bool_]:
    mask = np.zeros((height_px, width_px), np.bool_)
    mask[top : top + sprite.height, left : left + sprite.width] = np.asarray(sprite.getchannel("A")) >= VISIBLE_ALPHA
    return mask


def _place_strangers(picture: Image.Image, objects: tuple[Placed, ...], rng: np.random.Generator) -> None:
    """Unknown pictograms, under the objects: more of them where there is nothing else."""
    n_strangers = rng.integers(0, 4) if not objects else int(rng.random() < 0.25)
    for _ in range(n_strangers):
        sprite = _fit(unknown_glyph(rng), rng.uniform(0.15, 0.5 if objects else 1.0) * min(picture.size))
        left, top = (
            int(rng.integers(0, max(whole - part, 1))) for whole, part in zip(picture.size, sprite.size, strict=True)
        )
        picture.paste(sprite, (left, top), sprite)


def _develop(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Small changes of contrast and brightness, so that no exact colour is needed."""
    table = np.clip((np.arange(256) - 128) * rng.uniform(0.8, 1.15) + 128 + rng.uniform(-18, 18), 0, 255)
    return table.astype(np.uint8)[rgb]
