"""Moments of nano's world: pictures drawn and recordings played anew, alone or together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.engine.imaging import Picture, network_input
from bubo_desktop.sounds import Waveform
from build.nano.ears.network import CLIP_S, mel_input
from build.nano.eyes.views import INPUT_PX, pixel_input
from build.world.facts import Heard, Placed, Scene, Vocabulary
from build.world.painter import Painter
from build.world.pictures import ASPECTS, picture_size
from build.world.placing import place_objects
from build.world.scenes import random_labels, random_sounds
from build.world.sounds.mixing import mix
from build.world.sounds.takes import Player
from build.world.sounds.tones import RATE_HZ, n_samples

Sort = Literal["picture", "recording", "related", "unrelated", "nothing"]
SORTS: tuple[Sort, ...] = get_args(Sort)
RATIO = (7, 3, 4, 5, 1)  # of SORTS
_LARGER_SHARE, _LARGER = 0.25, (1.2, 2.5)  # of pictures that come from larger ones, and how much larger
_SHORTEST_S = 1.0
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is there to be sensed: `pixels` (3, side, side), `mel` (clips, 1, n_mels, n_frames), None where nothing is.

    `scene` holds what can really be seen and heard.
    """

    scene: Scene
    pixels: Array | None
    mel: Array | None


class Moments:
    """Draws moments.

    Args:
        vocabulary: all there is in the world.
        player: who plays the sounds.
        side_px: of the pictures.
    """

    def __init__(self, vocabulary: Vocabulary, player: Player, side_px: int = INPUT_PX) -> None:
        self._vocabulary, self._player = vocabulary, player
        self._painter, self._pixels = Painter(vocabulary), pixel_input(side_px)

    def draw(self, rng: np.random.Generator, longest_s: float) -> Moment:
        """A moment of a random sort; a recording, of at most `longest_s`, is followed by silence up to whole clips."""
        sort = SORTS[rng.choice(len(SORTS), p=np.array(RATIO) / sum(RATIO))]
        mel, sounds = self._play(rng, sort, longest_s) if sort not in ("picture", "nothing") else (None, None)
        pixels, objects = self._paint(rng, sort, sounds or ()) if sort not in ("recording", "nothing") else (None, None)
        return Moment(Scene(objects, sounds), pixels, mel)

    def _play(self, rng: np.random.Generator, sort: Sort, longest_s: float) -> tuple[Array, tuple[Heard, ...]]:
        sounds = random_sounds(rng, self._vocabulary)
        while sort == "related" and not sounds:
            sounds = random_sounds(rng, self._vocabulary)
        labels = [each.sound for each in sounds]
        samples, heard = mix(labels, rng, rng.uniform(_SHORTEST_S, longest_s), self._player)
        n_clips = -(-longest_s // CLIP_S)
        followed = np.pad(samples, (0, n_samples(n_clips * CLIP_S) - len(samples)))
        return mel_clips(Waveform(followed, RATE_HZ), mel_input()), heard

    def _paint(self, rng: np.random.Generator, sort: Sort, sounds: Sequence[Heard]) -> tuple[Array, tuple[Placed, ...]]:
        sources = {self._vocabulary.source_of[each.sound] for each in sounds}
        labels = random_labels(rng, self._vocabulary, sounds)
        while sources and sort != "picture" and bool(sources & set(labels)) != (sort == "related"):
            labels = random_labels(rng, self._vocabulary, sounds)
        larger = rng.uniform(*_LARGER) if rng.random() < _LARGER_SHARE else 1.0
        longer_px = round(larger * self._pixels.width)
        width_px, height_px = picture_size(ASPECTS[rng.integers(len(ASPECTS))], longer_px)
        objects = place_objects(labels, rng, self._painter.glyphs.own_colours, width_px / height_px)
        painting = self._painter.paint(objects, width_px, height_px, rng)
        return network_input(Picture.from_array(painting.rgb), self._pixels)[0], painting.objects
