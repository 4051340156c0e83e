"""What the language network reads of a scene: slots, each the words of one object or sound.

A slot's embedding is the sum of its words' token embeddings, so every word is one piece of the tokenizer. Beside what
answers say (label, colour, size, place) there are fine words that only relations need: the tenths of the centre's
coordinates and the side on a scale of logarithms. Their steps are finer than what is asked: objects whose centres
differ by 0.12 never share a tenth, sides that differ by a factor of 1.35 never share a step. Index words make lists a
matter of looking for the next index, counts one of the last, and "inside" one of two look-ups.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from build.world.facts import COLOURS, COLUMNS, NATURAL, ROWS, SIZES, Heard, Placed, Vocabulary
from build.world.talk.clarity import holds
from build.world.talk.kinds import ORDERS

N_IMAGE_SLOTS = 10
N_SOUND_SLOTS = 3
_TENTHS = 10
_N_SIDES = 8
_SMALLEST_SIDE, _LARGEST_SIDE = 0.1, 0.6


def image_slots(objects: Sequence[Placed]) -> list[list[str]]:
    """The words of each object from left to right, of at most N_IMAGE_SLOTS.

    They are its label, colour, size, row and column; `x0` to `x9`, `y0` to `y9`, `s0` to `s7`; its index `k0` to `k9`;
    and `in` with the index of the smallest object that it is inside of, where there is one.
    """
    kept = objects[:N_IMAGE_SLOTS]
    return [_words(thing, index, kept) for index, thing in enumerate(kept)]


def _words(thing: Placed, index: int, objects: Sequence[Placed]) -> list[str]:
    x, y = (min(int(at * _TENTHS), _TENTHS - 1) for at in thing.centre)
    words = [thing.label, thing.colour, thing.size, *thing.place, f"x{x}", f"y{y}", side_word(thing.side), f"k{index}"]
    containers = [k for k, other in enumerate(objects) if other is not thing and holds("inside", thing, other)]
    if containers:
        words.append(f"in{min(containers, key=lambda k: objects[k].side)}")
    return words


def side_word(side: float) -> str:
    """`s0` to `s7`: each step is a quarter more than the one before it."""
    step = math.log(side / _SMALLEST_SIDE) / math.log(_LARGEST_SIDE / _SMALLEST_SIDE) * _N_SIDES
    return f"s{min(max(int(step), 0), _N_SIDES - 1)}"


def sound_slots(sounds: Sequence[Heard], vocabulary: Vocabulary) -> list[list[str]]:
    """The words of each sound by its beginning, of at most N_SOUND_SLOTS: its source, its name, `first` to `third`."""
    kept = sounds[:N_SOUND_SLOTS]
    return [[vocabulary.source_of[heard.sound], heard.sound, order] for heard, order in zip(kept, ORDERS, strict=False)]


def slot_words(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Every word that a slot can hold, once."""
    fine = [f"{axis}{tenth}" for axis in ("x", "y", "k", "in") for tenth in range(_TENTHS)]
    sides = [f"s{step}" for step in range(_N_SIDES)]
    said = (*COLOURS, NATURAL, *SIZES, *ROWS, *COLUMNS, *ORDERS[:N_SOUND_SLOTS])
    return tuple(dict.fromkeys((*vocabulary.labels, *vocabulary.sound_labels, *said, *fine, *sides)))
