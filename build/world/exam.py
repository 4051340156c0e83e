"""Fresh scenes of nano's world on disk, with conversations whose every answer is known: what an exam hands out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from bubo_desktop.data import Turn, Verdict
from build.evaluation.sittings import Asked, Heard, Seen, Sitting
from build.evaluation.suites.nano_heard import judge
from build.world.facts import LANGUAGES, Language, Scene, Vocabulary, read_vocabulary
from build.world.facts import Heard as Sound
from build.world.painter import Painter, Painting
from build.world.pictures import ASPECTS, picture_size
from build.world.placing import place_objects
from build.world.scenes import random_labels, random_sounds
from build.world.sounds.acoustics import colour_noise
from build.world.sounds.mixing import mix
from build.world.sounds.strangers import HELD_OUT
from build.world.sounds.takes import LivePlayer
from build.world.sounds.tones import RATE_HZ, n_samples
from build.world.talk.conversations import converse
from build.world.talk.kinds import Exchange, kinds

REWORDED, BY_THE_WAY = "reworded", "by the way"
FOREIGN_SEEN = Asked("what do you see?", "foreign", "en", ("",))
FOREIGN_HEARD = Asked("what do you hear?", "foreign", "en", ("",))
NETWORK_PX = 224  # half of the pictures have this longer side, the others any of LONGER_PX
LONGER_PX = (160, 721)
DURATION_S = (1.0, 12.0)
_REWORDED_SHARE = 0.2  # of sittings whose questions are worded as in no training
_MAX_TURNS = 4
_QUIET_DB = (-90.0, -55.0)  # of full scale: noise that nobody hears
_DIGITAL_SILENCE_SHARE = 0.5

Draw = Callable[["Examination", np.random.Generator, Path], Sitting]


class Examination:
    """Draws sittings of every sort.

    Args:
        vocabulary: all there is in the world.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._painter = Painter(vocabulary)

    def draw_pair(self, verdict: Verdict, rng: np.random.Generator, stem: Path) -> Sitting:
        """A picture and a recording that are `related`, `unrelated`, or of which the second is `silent`."""
        samples, sounds = _be_silent(rng) if verdict == "silent" else self._play(rng)
        heard = self._hear(sounds)
        while True:
            painting = self._paint(rng, sounds)
            seen = _see(painting)
            if seen and judge(seen, heard) == verdict:
                break
        scene = Scene(painting.objects, sounds)
        return self._sit(scene, rng, _save_picture(painting, stem), _save_recording(samples, stem), seen)

    def draw_related(self, rng: np.random.Generator, stem: Path) -> Sitting:
        """A picture that shows what makes one of the sounds of its recording."""
        return self.draw_pair("related", rng, stem)

    def draw_unrelated(self, rng: np.random.Generator, stem: Path) -> Sitting:
        """A picture and a recording that have nothing to do with each other."""
        return self.draw_pair("unrelated", rng, stem)

    def draw_silent(self, rng: np.random.Generator, stem: Path) -> Sitting:
        """A picture and a recording in which nothing can be heard."""
        return self.draw_pair("silent", rng, stem)

    def draw_picture(self, rng: np.random.Generator, stem: Path) -> Sitting:
        """A picture of at least one object."""
        painting = self._paint(rng)
        while not painting.objects:
            painting = self._paint(rng)
        return self._sit(Scene(painting.objects, None), rng, _save_picture(painting, stem), None, _see(painting))

    def draw_recording(self, rng: np.random.Generator, stem: Path) -> Sitting:
        """A recording of at least one sound."""
        samples, sounds = self._play(rng)
        return self._sit(Scene(None, sounds), rng, None, _save_recording(samples, stem), ())

    def draw_nothing(self, rng: np.random.Generator, _stem: Path) -> Sitting:
        """Questions about nothing at all."""
        return self._sit(Scene(None, None), rng, None, None, ())

    def draw_empty_picture(self, rng: np.random.Generator, stem: Path) -> Sitting:
        """A picture in which nothing has a name."""
        painting = self._painter.paint((), *_random_size(rng), rng)
        return Sitting(_save_picture(painting, stem), None, (), (), (FOREIGN_SEEN,), "empty picture")

    def draw_strange_recording(self, rng: np.random.Generator, stem: Path) -> Sitting:
        """A recording of what has no name and was never trained with."""
        samples, _ = mix((), rng, rng.uniform(*DURATION_S), LivePlayer(HELD_OUT), n_strangers=1)
        return Sitting(None, _save_recording(samples, stem), (), (), (FOREIGN_HEARD,), "strange recording")

    def _paint(self, rng: np.random.Generator, sounds: Sequence[Sound] = ()) -> Painting:
        width_px, height_px = _random_size(rng)
        labels = random_labels(rng, self._vocabulary, sounds)
        objects = place_objects(labels, rng, self._painter.glyphs.own_colours, width_px / height_px)
        return self._painter.paint(objects, width_px, height_px, rng, masks=True)

    def _play(self, rng: np.random.Generator) -> tuple[NDArray[np.float32], tuple[Sound, ...]]:
        """A recording (n,) in which one to three sounds can all be heard, and when they are."""
        while True:
            labels = [sound.sound for sound in random_sounds(rng, self._vocabulary)]
            samples, heard = mix(labels, rng, rng.uniform(*DURATION_S)) if labels else ((), ())
            if labels and len(heard) == len(labels):
                return np.asarray(samples), heard

    def _hear(self, sounds: Sequence[Sound]) -> tuple[Heard, ...]:
        sources = self._vocabulary.source_of
        return tuple(Heard(each.sound, sources[each.sound], (each.start_s, each.end_s)) for each in sounds)

    def _sit(
        self, scene: Scene, rng: np.random.Generator, picture: Path | None, recording: Path | None, seen: Sequence[Seen]
    ) -> Sitting:
        """A conversation in each language about a scene, and its files."""
        chance = Random(int(rng.integers(2**62)))
        is_reworded = chance.random() < _REWORDED_SHARE
        asked: list[Asked] = []
        for language in LANGUAGES:
            n_turns = chance.randint(1, _MAX_TURNS)
            said = converse(scene, chance, language, self._vocabulary, n_turns, held_out=is_reworded)
            asked += list_asked(said, language, picture, recording, is_reworded=is_reworded)
        return Sitting(picture, recording, tuple(seen), self._hear(scene.sounds or ()), tuple(asked))


_ROUND: tuple[Draw, ...] = (
    *[Examination.draw_related] * 7, *[Examination.draw_unrelated] * 6, *[Examination.draw_silent] * 3,
    *[Examination.draw_picture] * 3, *[Examination.draw_recording] * 2, Examination.draw_nothing,
    Examination.draw_empty_picture, *[Examination.draw_strange_recording] * 2,
)  # fmt: skip
_STRIDE = 7  # without a factor in common with the round's length: all sorts are mixed


def draw_sittings(n: int, seed: int, folder: Path) -> Iterator[Sitting]:
    """Draws sittings one after another, the same for the same seed.

    Pictures and recordings are as they come: nothing is left out because it is hard, and only what has one clear
    answer is asked. The files of a sitting, in `folder`, are gone when the next one is drawn.
    """
    examination = Examination(read_vocabulary())
    for number in range(n):
        draw = _ROUND[number * _STRIDE % len(_ROUND)]
        sitting = draw(examination, np.random.default_rng((seed, number)), folder / str(number))
        yield sitting
        for path in (sitting.picture, sitting.recording):
            if path:
                path.unlink()


def list_asked(
    said: Sequence[Exchange], language: Language, picture: Path | None, recording: Path | None, *, is_reworded: bool
) -> Iterator[Asked]:
    """The questions of a conversation about files, each with what was rightly said before it."""
    images = (str(picture),) if picture else ()
    sounds = (str(recording),) if recording else ()
    turns = tuple(Turn(each.question, each.answer, images, sounds) for each in said)
    judged = kinds()
    for number, each in enumerate(said):
        group = BY_THE_WAY if each.kind not in judged else REWORDED if is_reworded else ""
        yield Asked(each.question, each.kind, language, (each.answer,), turns[:number], group)


def _random_size(rng: np.random.Generator) -> tuple[int, int]:
    longer_px = NETWORK_PX if rng.random() < 0.5 else int(rng.integers(*LONGER_PX))
    return picture_size(ASPECTS[rng.integers(len(ASPECTS))], longer_px)


def _see(painting: Painting) -> tuple[Seen, ...]:
    assert painting.masks is not None
    boxes = painting.boxes_px.tolist()
    return tuple(
        Seen(thing.label, (x0, y0, x1, y1), mask)
        for thing, (x0, y0, x1, y1), mask in zip(painting.objects, boxes, painting.masks, strict=True)
    )


def _be_silent(rng: np.random.Generator) -> tuple[NDArray[np.float32], tuple[Sound, ...]]:
    """A recording (n,) of nothing, or of noise too faint to be heard."""
    n = n_samples(rng.uniform(*DURATION_S))
    if rng.random() < _DIGITAL_SILENCE_SHARE:
        return np.zeros(n, np.float32), ()
    return (10 ** (rng.uniform(*_QUIET_DB) / 20) * colour_noise(rng, n)).astype(np.float32), ()


def _save_picture(painting: Painting, stem: Path) -> Path:
    path = stem.with_suffix(".png")
    Image.fromarray(painting.rgb).save(path, compress_level=1)
    return path


def _save_recording(samples: NDArray[np.float32], stem: Path) -> Path:
    path = stem.with_suffix(".wav")
    soundfile.write(path, samples, RATE_HZ)
    return path
