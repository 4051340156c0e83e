"""Which exam a pack of nano's kind sits: that of the world its vocabulary is of; and that of the first world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bubo_desktop.packs.manifest import read_manifest, read_vocabulary
from build.evaluation.sittings import Asked, DrawSittings, Heard, Seen, Sitting
from build.nano import exam
from build.nano.facts import OBJECTS, SOUND_SOURCES
from build.world.exam import draw_sittings as draw_of_world

N_QUESTIONS = 6


def choose_exam(pack: Path) -> DrawSittings:
    """The exam of the world that a pack knows. Raises `PackError`."""
    labels = {word.label_en for word in read_vocabulary(pack, read_manifest(pack))}
    return draw_sittings if labels == set(OBJECTS) else draw_of_world


def draw_sittings(n: int, seed: int, folder: Path) -> Iterator[Sitting]:
    """Draws sittings one after another; their files are written to `folder`."""
    for sitting in exam.draw_exam(n, N_QUESTIONS, seed, folder):
        yield Sitting(
            sitting.picture,
            sitting.recording,
            tuple(
                Seen(thing.label, tuple(box.tolist()), mask)
                for thing, box, mask in zip(sitting.scene.objects or (), sitting.boxes_px, sitting.masks, strict=False)
            ),
            tuple(Heard(sound, SOUND_SOURCES[sound]) for sound in sitting.scene.sounds or ()),
            tuple(Asked(each.question, each.kind, "en", (each.answer,)) for each in sitting.questions),
        )
