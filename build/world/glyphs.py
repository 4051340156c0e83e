"""The pictograms of nano's world as fonts draw them, and the line drawings, sketches and shades made from them.

Source: Noto Color Emoji, github.com/googlefonts/noto-emoji, SIL Open Font License 1.1 (Debian package
`fonts-noto-color-emoji`), and Symbola 2.60, free for any use (Debian package `fonts-symbola`). The fonts are needed
to train and to test, never to run.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from build.world.drawings import Drawing
from build.world.facts import Vocabulary

COLOUR_FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
LINE_FONT = Path("/usr/share/fonts/truetype/ancient-scripts/Symbola_hint.ttf")
FONT_PX = 109  # the only size the bitmap font holds
HUES_DEG: dict[str, tuple[float, float]] = {  # of what people call by a colour's name
    "red": (-12, 8), "yellow": (46, 60), "green": (95, 150), "blue": (203, 232), "purple": (272, 296),
}  # fmt: skip
PLAIN = ("circle", "square", "triangle")  # drawn by code too: filled, or outlined
# Objects that the line font shows as something else.
_OTHER_IN_LINES = frozenset(
    ("box", "snowman", "canoe", "deer", "giraffe", "rhinoceros", "volcano", "corn", "whale", "shrimp")
)
_OWN_SHARE = 0.35  # of the visible pixels, from which on an object has a colour anyway
_NEAR_DEG = 30  # hues this far outside a colour's range might be called by its name too
_TOLD_APART = 0.72  # correlation of two silhouettes below which they are not taken for each other
_SHAPE_PX = 32
_MISSING = "\U0010fffd"  # shown by a font as it shows all that it does not draw
_MEAN_SHADE = 0.62


class Glyphs:
    """Every object's drawings, made when they are first asked for.

    Args:
        vocabulary: the objects and their characters.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._characters = {word.en: word.glyph for word in vocabulary.objects}
        self._colour_font = ImageFont.truetype(str(COLOUR_FONT), FONT_PX)
        self._line_font = ImageFont.truetype(str(LINE_FONT), FONT_PX)
        self._drawings: dict[tuple[str, str], Drawing | None] = {}
        self._own_colours: dict[str, frozenset[str]] = dict.fromkeys(PLAIN, frozenset())  # plain shapes are grey

    def natural(self, label: str) -> Drawing:
        """The coloured pictogram of an object, or of any character the font draws; RGBA."""
        return self._needed("natural", label)

    def shade(self, label: str) -> Drawing:
        """Its light and dark alone, spread so that no object is dark altogether; LA."""
        return self._needed("shade", label)

    def sketch(self, label: str) -> Drawing:
        """Its edges, as if drawn with a pencil: L is how much ink there is; LA."""
        return self._needed("sketch", label)

    def lines(self, label: str) -> Drawing | None:
        """A line drawing by another hand, L is how much ink there is; LA. None where there is none."""
        return self._drawing("lines", label)

    def plain(self, label: str, variant: int) -> Drawing:
        """One of PLAIN: 0 filled, 1 with a thick outline, 2 with a thin one; LA."""
        return self._needed(f"plain{variant}", label)

    def own_colours(self, label: str) -> frozenset[str]:
        """Those of COLOURS that much of the natural pictogram has anyway.

        Nobody could tell whether such an object was given that colour, so it never is.
        """
        if label not in self._own_colours:
            self._own_colours[label] = _own_colours(self.natural(label).image)
        return self._own_colours[label]

    @cached_property
    def telling_shapes(self) -> frozenset[str]:
        """Objects whose silhouettes alone are unlike all others'."""
        shapes = np.stack([_silhouette(self.natural(label)) for label in self._characters])
        likeness = np.maximum(_correlate(shapes, shapes), _correlate(shapes, shapes[:, :, ::-1]))
        np.fill_diagonal(likeness, 0)
        return frozenset(
            label for label, most in zip(self._characters, likeness.max(1), strict=True) if most < _TOLD_APART
        )

    def _needed(self, kind: str, label: str) -> Drawing:
        drawing = self._drawing(kind, label)
        if drawing is None:
            raise ValueError(f"the font draws no {label}")
        return drawing

    def _drawing(self, kind: str, label: str) -> Drawing | None:
        if (kind, label) not in self._drawings:
            image = self._make(kind, label)
            self._drawings[kind, label] = Drawing(image) if image else None
        return self._drawings[kind, label]

    def _make(self, kind: str, label: str) -> Image.Image | None:
        character = self._characters.get(label, label)
        match kind:
            case "natural":
                return cut_glyph(character, self._colour_font)
            case "shade":
                return _shade(self.natural(label).image)
            case "sketch":
                return _sketch(self.natural(label).image)
            case "lines":
                is_drawn = label in self._characters and label not in _OTHER_IN_LINES
                return _line_drawing(character, self._line_font) if is_drawn else None
            case _:
                return _plain_shape(label, int(kind[-1]))


def cut_glyph(character: str, font: ImageFont.FreeTypeFont) -> Image.Image | None:
    """Returns a colour font's character as RGBA cut to its visible bounds, or None where the font does not draw it."""
    canvas = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(canvas).text((8, 8), character, font=font, embedded_color=True)
    bounds = canvas.getchannel("A").point(lambda alpha: 255 * (alpha > 40)).getbbox()
    return canvas.crop(bounds) if bounds and bounds[2] - bounds[0] > 20 else None


def _own_colours(image: Image.Image) -> frozenset[str]:
    rgba = np.asarray(image, np.float64) / 255
    hue_deg, saturation, value = _hue_saturation_value(rgba[rgba[..., 3] > 0.5][:, :3])
    is_colourful = (saturation > 0.35) & (value > 0.25)
    return frozenset(
        colour
        for colour, (low, high) in HUES_DEG.items()
        if (is_colourful & ((hue_deg - low + _NEAR_DEG) % 360 < high - low + 2 * _NEAR_DEG)).mean() > _OWN_SHARE
    )


def _line_drawing(character: str, font: ImageFont.FreeTypeFont) -> Image.Image | None:
    """Ink as L, and the paper it encloses as opacity; thin lines are made stronger."""
    ink = _ink(character, font, 0)
    if ink is None or ink == _ink(_MISSING, font, 0):
        return None
    if np.asarray(ink).mean() < 255 * 0.25:
        ink = _ink(character, font, 1) or ink
    strokes = np.pad(np.asarray(ink), 4)
    paper = ndimage.binary_fill_holes(ndimage.binary_closing(strokes > 60, iterations=3))
    opacity = np.maximum(strokes, 255 * paper.astype(np.uint8))
    whole = Image.merge("LA", (Image.fromarray(strokes), Image.fromarray(opacity)))
    return whole.crop(Image.fromarray(opacity).getbbox())


def _ink(character: str, font: ImageFont.FreeTypeFont, stroke_px: int) -> Image.Image | None:
    canvas = Image.new("L", (3 * FONT_PX, 3 * FONT_PX))
    ImageDraw.Draw(canvas).text((FONT_PX, FONT_PX), character, font=font, fill=255, stroke_width=stroke_px)
    return canvas.crop(canvas.getbbox()) if canvas.getbbox() else None


def _shade(image: Image.Image) -> Image.Image:
    tones = np.asarray(image.convert("RGB").convert("L"), np.float64) / 255
    opacity = image.getchannel("A")
    mean = float(np.clip(tones[np.asarray(opacity) > 127].mean(), 0.1, 0.9))
    spread = 255 * tones ** (np.log(_MEAN_SHADE) / np.log(mean))
    return Image.merge("LA", (Image.fromarray(spread.astype(np.uint8)), opacity))


def _sketch(image: Image.Image) -> Image.Image:
    """Where colours change is ink; so is the outline."""
    rgba = np.pad(np.asarray(image, np.float64), ((2, 2), (2, 2), (0, 0)))
    opacity = rgba[..., 3:] / 255
    seen = np.concatenate((rgba[..., :3] * opacity, 255 * (opacity > 0.5)), -1)
    smooth = ndimage.gaussian_filter(seen, (1.0, 1.0, 0))
    slopes = np.hypot(ndimage.sobel(smooth, 0), ndimage.sobel(smooth, 1)).max(-1)
    ink = np.clip(slopes / 220 - 0.15, 0, 1)
    ink *= rgba[..., 3] > 100
    tones = Image.fromarray((255 * ink).astype(np.uint8))
    return Image.merge("LA", (tones, Image.fromarray(rgba[..., 3].astype(np.uint8))))


def _plain_shape(label: str, variant: int) -> Image.Image:
    side, outline_px = 256, (0, 40, 18)[variant]
    opacity = Image.new("L", (side, side))
    draw = ImageDraw.Draw(opacity)
    corners = [(side / 2, 14), (side - 2, side - 20), (2, side - 20)]
    fill, width = (255, 0) if variant == 0 else (0, outline_px)
    if label == "circle":
        draw.ellipse((0, 0, side - 1, side - 1), fill, 255, width)
    elif label == "square":
        draw.rectangle((0, 0, side - 1, side - 1), fill, 255, width)
    else:
        draw.polygon(corners, fill, 255, width)
    opacity = opacity.crop(opacity.getbbox())
    return Image.merge("LA", (Image.new("L", opacity.size, 235), opacity))


def _silhouette(drawing: Drawing) -> NDArray[np.float64]:
    opacity = drawing.image.getchannel("A")
    square = Image.new("L", (max(opacity.size),) * 2)
    square.paste(opacity, ((square.width - opacity.width) // 2, (square.height - opacity.height) // 2))
    return np.asarray(square.resize((_SHAPE_PX, _SHAPE_PX), Image.Resampling.BOX), np.float64)


def _correlate(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = [shapes.reshape(len(shapes), -1) for shapes in (a, b)]
    normal = [(rows - rows.mean(1, keepdims=True)) / (rows.std(1, keepdims=True) + 1e-9) for rows in flat]
    return normal[0] @ normal[1].T / flat[0].shape[1]


def _hue_saturation_value(rgb: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Hue in degrees, saturation and value in 0..1 of colours in 0..1."""
    value, least = rgb.max(-1), rgb.min(-1)
    chroma = np.maximum(value - least, 1e-9)
    red, green, blue = np.moveaxis(rgb, -1, 0)
    sixth = np.select(
        [value == red, value == green], [(green - blue) / chroma, 2 + (blue - red) / chroma], 4 + (red - green) / chroma
    )
    return sixth * 60 % 360, chroma / np.maximum(value, 1e-9), value
