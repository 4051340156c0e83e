"""The pictograms of nano's world, cut from Noto Color Emoji and coloured on demand.

Source: Noto Color Emoji, github.com/googlefonts/noto-emoji, SIL Open Font License 1.1 (Debian package
`fonts-noto-color-emoji`). The font is needed to train and to test, never to run.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFont

from build.nano.facts import NATURAL, VOCABULARY

FONT_PATH = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
FONT_SIZE = 109  # the only size the bitmap font holds
TINTS: dict[str, tuple[int, int, int]] = {
    "red": (225, 30, 35), "yellow": (250, 215, 20), "green": (35, 165, 60), "blue": (30, 95, 225),
    "purple": (150, 50, 190),
}  # fmt: skip
STRANGER_RANGES = ((0x1F300, 0x1F5FF), (0x1F600, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF))
# Pictograms that look like one of the vocabulary's objects, by words of their Unicode names.
LOOKALIKES = frozenset(
    (
        "dog cat kitten bird chick rooster chicken cow ox bull sheep ram goat pig boar duck frog bee honeybee snake "
        "dragon lion tiger leopard owl wolf fox horse unicorn racehorse bell drum guitar banjo trumpet horn "
        "keyboard telephone phone clock watch alarm hourglass stopwatch timer hammer axe pick car automobile taxi "
        "bus ambulance train railway locomotive tram metro monorail trolleybus minibus helicopter fire elephant "
        "mammoth monkey gorilla orangutan mouse rat hamster rabbit turtle fish tropical blowfish whale dolphin "
        "shark seal octopus squid crab lobster shrimp butterfly snail spider web penguin camel dromedary llama bear "
        "panda koala giraffe zebra airplane aeroplane rocket bicycle bicyclist bike motorcycle scooter boat "
        "sailboat ship speedboat ferry canoe tractor camera saxophone apple banana pineapple melon watermelon "
        "carrot corn ear mushroom bread baguette croissant cheese pizza cake cookie hamburger sandwich egg bed bulb "
        "key book books notebook ledger umbrella hat shoe sneaker boot sandal shirt football soccer ball basketball "
        "volleyball baseball tennis balloon present gift wrapped candle pencil crayon pen paintbrush computer "
        "laptop desktop television backpack satchel crown trophy medal tree evergreen deciduous palm flower "
        "sunflower blossom tulip rose hibiscus cactus moon crescent star glowing shooting cloud rain snow lightning "
        "tornado fog thunder rainbow snowman leaf leaves herb house building hut castle anchor square button emoji "
        "modifier sun globe polar poodle hedgehog bat beaver otter skunk kangaroo badger sloth parrot swan peacock "
        "flamingo dodo turkey eagle truck lorry van police delivery vehicle wheel racing sport seat saddle lamp "
        "flashlight tangerine peach pear cherries tomato"
    )
    .upper()
    .split()
)


def cut_glyph(character: str) -> Image.Image | None:
    """Returns the character as RGBA cut to its visible bounds, or None where the font does not draw it."""
    font = _font()
    canvas = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(canvas).text((8, 8), character, font=font, embedded_color=True)
    bounds = canvas.getchannel("A").point(lambda alpha: 255 * (alpha > 40)).getbbox()
    return canvas.crop(bounds) if bounds and bounds[2] - bounds[0] > 20 else None


def colour_glyph(glyph: Image.Image, colour: str) -> Image.Image:
    """Recolours an RGBA glyph: its light and dark stay, its hue becomes that of `colour` (NATURAL: unchanged)."""
    if colour == NATURAL:
        return glyph
    light = glyph.convert("L").point(lambda value: int(75 + value * 0.70))
    tint = Image.new("RGB", glyph.size, TINTS[colour])
    shaded = ImageChops.multiply(tint, Image.merge("RGB", (light, light, light)))
    return Image.merge("RGBA", (*shaded.split(), glyph.getchannel("A")))


@cache
def object_glyph(label: str, colour: str) -> Image.Image:
    """Returns the vocabulary's pictogram of `label` in `colour`, about 128 px, RGBA."""
    glyph = cut_glyph(next(word.glyph for word in VOCABULARY if word.label_en == label))
    if glyph is None:
        raise ValueError(f"the font draws no {label}")
    return colour_glyph(glyph, colour)


@cache
def strangers() -> tuple[Image.Image, ...]:
    """Returns pictograms that are no object of the vocabulary and look like none: what nano must not name."""
    found = []
    for first, last in STRANGER_RANGES:
        for code in range(first, last + 1):
            name = unicodedata.name(chr(code), "")
            if name and not LOOKALIKES & set(name.replace("-", " ").split()):
                glyph = cut_glyph(chr(code))
                if glyph is not None:
                    found.append(glyph)
    return tuple(found)


def plain_square(colour: str, rng: np.random.Generator) -> Image.Image:
    """Returns a plain filled square, since most squares that people draw have no shading."""
    grey = int(rng.integers(0, 256))
    rgb = TINTS.get(colour, (grey, grey, grey))
    jitter: NDArray[np.int64] = rng.integers(-25, 26, 3)
    fill = tuple(int(np.clip(channel + step, 0, 255)) for channel, step in zip(rgb, jitter, strict=True))
    return Image.new("RGBA", (128, 128), (*fill, 255))


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_PATH), FONT_SIZE)
