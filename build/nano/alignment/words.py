"""The words that the Q-Formers say, in the order in which they say them."""

from __future__ import annotations

from collections.abc import Sequence

from build.nano.eyes.reader import N_QUERIES
from build.nano.tongue.slots import EMPTY_WORD
from build.world.facts import COLOURS, COLUMNS, NATURAL, ROWS, SIZES, Vocabulary
from build.world.talk.kinds import ORDERS
from build.world.talk.slots import N_SOUND_SLOTS, slot_words

GROUP_NAMES = ("label", "colour", "size", "row", "column", "x", "y", "side")
HOLDER = "in"  # `in3`: inside of what slot 3 holds


def image_groups(vocabulary: Vocabulary) -> tuple[tuple[str, ...], ...]:
    """The words of each of GROUP_NAMES, in the order in which an image slot has them."""
    fine = tuple(_family(axis, vocabulary) for axis in ("x", "y", "s"))
    return (vocabulary.labels, (*COLOURS, NATURAL), SIZES, ROWS, COLUMNS, *fine)


def image_words(vocabulary: Vocabulary) -> tuple[str, ...]:
    """What a `Reader` of `image_groups` says."""
    numbers = tuple(f"{family}{index}" for family in ("k", HOLDER) for index in range(N_QUERIES))
    return (*(word for group in image_groups(vocabulary) for word in group), *numbers, EMPTY_WORD)


def sound_words(vocabulary: Vocabulary) -> tuple[str, ...]:
    """What a `Listener` says."""
    sources = tuple(vocabulary.source_of[label] for label in vocabulary.sound_labels)
    return (*sources, *vocabulary.sound_labels, *ORDERS[:N_SOUND_SLOTS], EMPTY_WORD)


def _family(letter: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The fine words `x0`, `x1` ... of a letter."""
    words: Sequence[str] = slot_words(vocabulary)
    return tuple(word for word in words if word[0] == letter and word[1:].isdigit())
