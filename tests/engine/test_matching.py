"""Whether picture and sound belong together."""

from __future__ import annotations

import pytest

from bubo_desktop.data import Match, SoundEvent, Thing
from bubo_desktop.engine.matching import match

SOUNDS_OF = {"dog": ("barking",), "bell": ("ringing", "chiming"), "cat": ("meowing",)}
DOG, SECOND_DOG, BELL = (
    Thing(key, label, score, (0, 0, 1, 1)) for key, label, score in ((4, "dog", 0.9), (7, "dog", 0.8), (9, "bell", 0.7))
)


def _heard(*labels: str, score: float = 0.9) -> list[SoundEvent]:
    return [SoundEvent(label, score, 0.0, 1.0) for label in labels]


def test_the_objects_that_make_the_sound_are_named() -> None:
    verdict = match(_heard("barking"), [DOG, SECOND_DOG, BELL], SOUNDS_OF)
    assert verdict == Match("related", pytest.approx(0.81), (4, 7))
    assert match(_heard("barking", "ringing"), [BELL, DOG], SOUNDS_OF).source_objects == (4, 9)


def test_one_sound_that_fits_is_enough() -> None:
    assert match(_heard("meowing", "ringing"), [BELL], SOUNDS_OF) == Match("related", pytest.approx(0.63), (9,))


def test_unrelated_is_as_sure_as_the_sound_was_heard() -> None:
    assert match(_heard("meowing", score=0.6), [DOG, BELL], SOUNDS_OF) == Match("unrelated", 0.6)
    assert match(_heard("thunder"), [], SOUNDS_OF) == Match("unrelated", 0.9)


def test_silence_is_neither() -> None:
    assert match([], [DOG], SOUNDS_OF) == Match("silent", 1.0)


def test_nothing_is_judged_without_both() -> None:
    assert match(None, [DOG], SOUNDS_OF) is None
    assert match(_heard("barking"), None, SOUNDS_OF) is None
