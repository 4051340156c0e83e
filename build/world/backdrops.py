"""What stands behind and between the objects of a picture, and what its camera does to it: nothing has a name."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from build.world.drawings import Rgb
from build.world.textures import TEXTURE_PX, make_texture

# Pictograms of which no object is one or looks like one.
STRANGERS = (
    "⚛⚒⛷🌰🌶🍗🍙🍚🍛🍜🍝🍟🍠🍡🍢🍤🍦🍨🍫🍬🍮🍯🍱🍲🍼🍿🎀🎉🎎🎗🎚🎛🎟🎢🎬🎭"
    "🎮🎰🎳🎵🎶🎼🏃🏄🏋🏌🏒🏮🏷🏸👅👆👇👈👉👊👋👌👍👎👏👐👖👙👛👣👦👧👨👩👫👯"
    "👰👱👲👳👴👵👶👷👹👺👾👿💂💃💆💇💢💤💨💩💪💯💰💸💼📁📈📊📌📜📟📰📱📿🔋🔧"
    "🔩🔫🔱🕌🕎🕳🕴🕺🖐🗄🗑🗜🗞🗣🗨🗯🗽🗿😀😁😂😃😄😅😆😇😈😉😊😋😌😏😐😑😒😓"
    "😔😕😖😗😙😛😜😝😞😟😠😡😢😣😤😥😦😧😨😩😪😫😬😭😮😯😰😱😲😳😴😵😶😷🙁🙂"
    "🙃🙄🙅🙆🙇🙋🙌🙍🙎🙏🚬🚶🚿🛀🛑🛝🛡🛰🛷🛸🤌🤏🤐🤑🤒🤔🤕🤗🤘🤙🤚🤛🤜🤝🤞🤟"
    "🤡🤢🤣🤤🤥🤦🤧🤨🤪🤫🤬🤭🤮🤯🤰🤱🤲🤵🤶🤷🤸🤹🤺🤼🤽🤾🥃🥅🥊🥌🥒🥓🥔🥗🥘🥛"
    "🥜🥟🥢🥤🥧🥩🥫🥬🥱🥲🥴🥵🥶🥷🥺🥻🥼🥽🦠🦪🦯🦷🦸🦹🦼🦾🧂🧄🧅🧆🧇🧈🧉🧋"
    "🧌🧍🧏🧑🧒🧓🧔🧕🧖🧗🧘🧙🧚🧛🧜🧝🧞🧟🧠🧣🧤🧨🧪🧬🧮🧰🧱🧳🧴🧵🧷🧻🧼🧾🩰🩱"
    "🩲🩳🩸🩹🩺🩻🩼🪃🪒🪛🪝🪠🪡🪢🪦🪧🪨🪬🪵🪸🫁🫂🫒🫓🫔🫕🫘🫠🫰🫱🫲"
)
_N_TEXTURES = 400
_SEED = 20261122
_LETTERS = "ABEFGHJKLMNPRSUVWYZ2345679&?!%"  # none that is a circle, a line, or one of them and a line


class Backdrops:
    """A bank of textures, each made when it is first needed."""

    def __init__(self) -> None:
        self._textures: dict[int, Image.Image] = {}
        grain = np.random.default_rng(_SEED).standard_normal((512, 512))
        self._grain = (grain * 32).astype(np.int8)

    def draw(self, width_px: int, height_px: int, rng: np.random.Generator, *, is_calm: bool) -> Image.Image:
        """Returns an RGB backdrop: plain, a gradient or a texture; a calm one has less contrast, and lets be seen."""
        kind = rng.random()
        if kind < 0.2:
            paper = (255, 255, 255) if rng.random() < 0.35 else any_colour(rng)
            return Image.new("RGB", (width_px, height_px), paper)
        if kind < 0.4:
            corners = rng.integers(0, 256, (2, 2, 3), np.uint8)
            return Image.fromarray(corners).resize((width_px, height_px), Image.Resampling.BILINEAR)
        texture = self._cut_texture(rng, width_px, height_px)
        if not is_calm:
            return texture
        plain = Image.new("RGB", texture.size, texture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)))
        return Image.blend(plain, texture, float(rng.uniform(0.3, 1.0)))

    def photograph(self, picture: Image.Image, rng: np.random.Generator) -> Rgb:
        """Changes light and colours a little; now and then blurs, adds grain, dark corners or traces of JPEG.

        Returns:
            uint8 (height, width, 3).
        """
        if rng.random() < 0.08:
            picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.004 * max(picture.size) + 0.3)))
        rgb = _expose(np.asarray(picture), rng)
        if rng.random() < 0.3:
            rgb = self._add_grain(rgb, rng)
        if rng.random() < 0.1:
            rgb = _darken_corners(rgb, rng)
        return _compress(rgb, int(rng.integers(30, 90))) if rng.random() < 0.15 else rgb

    def _cut_texture(self, rng: np.random.Generator, width_px: int, height_px: int) -> Image.Image:
        number = int(rng.integers(_N_TEXTURES))
        if number not in self._textures:
            self._textures[number] = Image.fromarray(make_texture(np.random.default_rng((_SEED, number))))
        side = int(rng.integers(64, TEXTURE_PX + 1))
        scale = side / max(width_px, height_px)
        size = (max(8, round(width_px * scale)), max(8, round(height_px * scale)))
        left, top = (int(rng.integers(0, TEXTURE_PX - extent + 1)) for extent in size)
        whole = self._textures[number]
        box = (left, top, left + size[0], top + size[1])
        texture = whole.resize((width_px, height_px), Image.Resampling.BILINEAR, box)
        texture = texture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else texture
        return _swap_channels(texture, rng) if rng.random() < 0.2 else texture

    def _add_grain(self, rgb: Rgb, rng: np.random.Generator) -> Rgb:
        height, width = rgb.shape[:2]
        tiles = [-(-extent // 256) for extent in (height, width)]
        grain = np.tile(self._grain, tiles) if max(tiles) > 1 else self._grain
        top, left = rng.integers(0, 256, 2)
        cut = grain[top : top + height, left : left + width, None]
        return np.clip(rgb + cut * (rng.uniform(2, 10) / 32), 0, 255).astype(np.uint8)


def scatter_distractors(picture: Image.Image, rng: np.random.Generator) -> None:
    """Draws up to four longish shapes, lines or letters onto `picture`; what has a name is left to the objects."""
    draw = ImageDraw.Draw(picture)
    for _ in range(max(0, int(rng.integers(-3, 5)))):
        x, y = rng.random(2) * picture.size
        size = (0.05 + 0.3 * rng.random() ** 2) * min(picture.size)
        kind = rng.integers(4)
        if kind == 0:
            draw.ellipse((x, y, x + size, y + size * rng.uniform(0.25, 0.55)), any_colour(rng))
        elif kind == 1:
            corners = np.array([(-1, -0.3), (-0.1, -0.15), (0.6, -0.5), (1, 0.3), (-0.6, 0.4)]) * rng.uniform(
                0.6, 1.2, (5, 1)
            )
            draw.polygon(
                [tuple(corner) for corner in (x, y) + size * corners[:, :: rng.choice((-1, 1))]], any_colour(rng)
            )
        elif kind == 2:
            ends = [tuple(end) for end in (x, y) + (rng.random((3, 2)) - 0.5) * 4 * size]
            draw.line(ends, any_colour(rng), int(rng.integers(1, 2 + max(picture.size) // 60)))
        else:
            letters = "".join(_LETTERS[k] for k in rng.integers(0, len(_LETTERS), rng.integers(1, 7)))
            draw.text((x, y), letters, any_colour(rng), font_size=max(size / 2, 7))


def any_colour(rng: np.random.Generator) -> tuple[int, int, int]:
    """A random colour, more or less vivid: red, green, blue in 0..255."""
    rgb = rng.uniform(0, 255, 3)
    red, green, blue = (int(channel) for channel in rgb.mean() + (rgb - rgb.mean()) * rng.uniform(0.1, 1))
    return red, green, blue


def _expose(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Contrast and brightness, and a slight tint of the light."""
    gains = rng.uniform(0.85, 1.12) * rng.uniform(0.96, 1.04, (3, 1))
    curves = np.clip((np.arange(256) - 128) * gains + 128 + rng.uniform(-15, 15), 0, 255).astype(np.uint8)
    exposed = np.empty_like(rgb)
    for channel, curve in enumerate(curves):
        exposed[..., channel] = curve[rgb[..., channel]]
    return exposed


def _darken_corners(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    y, x = (np.linspace(-1, 1, extent) ** 2 for extent in rgb.shape[:2])
    light = 1 - rng.uniform(0.1, 0.3) * (x[None] + y[:, None])
    return (rgb * light[..., None]).astype(np.uint8)


def _compress(rgb: Rgb, quality: int) -> Rgb:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def _swap_channels(texture: Image.Image, rng: np.random.Generator) -> Image.Image:
    channels = texture.split()
    return Image.merge("RGB", [channels[k] for k in rng.permutation(3)])
