"""Random scenes of nano's world: one distribution for the painter, the synthesiser and the dialogues."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from build.world.facts import MAX_OBJECTS, MAX_SOUNDS, Heard, Scene, Vocabulary
from build.world.placing import CONTAINERS, OwnColours, place_objects

_REPEAT_SHARE = 0.3  # an object repeats the kind of an earlier one, so that counts from one to three are common
_SOUNDING_SHARE = 0.2  # extra share of objects that can sound, so that "it can make a sound" gives no answer away
_HOLDING_SHARE = 0.2  # of pictures of several objects with one that others can be put into
_N_OBJECTS_WEIGHTS = np.array((6, 16, 18, 17, 14, 11, 8, 6, 4)) / 100  # of 0 .. MAX_OBJECTS objects
_N_SOUNDS_WEIGHTS = np.array((10, 40, 32, 18)) / 100  # of 0 .. MAX_SOUNDS sounds
_MEDIA = ((True, False), (False, True), (True, True), (False, False))
_MEDIA_WEIGHTS = np.array((36, 16, 44, 4)) / 100
_DURATION_S = (1.0, 12.0)
_ONSET_GAP_S = 0.4


def random_scene(
    rng: np.random.Generator,
    vocabulary: Vocabulary,
    own_colours: OwnColours,
    picture: bool | None = None,
    sound: bool | None = None,
    aspect: float = 1.0,
    *,
    clear: bool = False,
) -> Scene:
    """A scene; half of those with both media are related (a source of a sound is in the picture).

    Args:
        rng: source of randomness.
        vocabulary: what there is.
        own_colours: the colours that an object has anyway, which it is therefore not given: `Glyphs.own_colours`.
        picture: whether there is a picture; None lets chance decide (together with `sound`).
        sound: whether there is a sound.
        aspect: width / height of the picture.
        clear: whether nothing that questions are about may be borderline.
    """
    drawn = _MEDIA[rng.choice(len(_MEDIA), p=_MEDIA_WEIGHTS)]
    picture, sound = (drawn[0] if picture is None else picture), (drawn[1] if sound is None else sound)
    sounds = random_sounds(rng, vocabulary) if sound else None
    if not picture:
        return Scene(None, sounds)
    labels = random_labels(rng, vocabulary, sounds or ())
    return Scene(place_objects(labels, rng, own_colours, aspect, clear=clear), sounds)


def random_sounds(rng: np.random.Generator, vocabulary: Vocabulary) -> tuple[Heard, ...]:
    """0 .. MAX_SOUNDS different sounds by when they begin, of which each begins well after the one before."""
    n_sounds = rng.choice(MAX_SOUNDS + 1, p=_N_SOUNDS_WEIGHTS)
    labels = rng.choice(vocabulary.sound_labels, n_sounds, replace=False)
    gaps_s = np.arange(n_sounds) * _ONSET_GAP_S
    free_s = rng.uniform(*_DURATION_S)
    duration_s = free_s + n_sounds * _ONSET_GAP_S
    starts_s = np.sort(rng.uniform(0, free_s, n_sounds)) + gaps_s
    ends_s = starts_s + (duration_s - starts_s) * rng.uniform(0.3, 1, n_sounds)
    triples = zip(labels, starts_s, ends_s, strict=True)
    return tuple(Heard(str(label), round(start_s, 2), round(end_s, 2)) for label, start_s, end_s in triples)


def random_labels(rng: np.random.Generator, vocabulary: Vocabulary, sounds: Sequence[Heard] = ()) -> list[str]:
    """The kinds of 0 .. MAX_OBJECTS objects; half the time without any source of `sounds`, else with some."""
    sources = [vocabulary.source_of[heard.sound] for heard in sounds]
    n_objects = int(rng.choice(MAX_OBJECTS + 1, p=_N_OBJECTS_WEIGHTS))
    labels: list[str] = []
    if sources and rng.random() < 0.5:
        labels = [str(label) for label in rng.choice(sources, rng.integers(1, len(sources) + 1), replace=False)]
    if n_objects > 1 and rng.random() < _HOLDING_SHARE:
        labels.insert(0, CONTAINERS[rng.integers(len(CONTAINERS))])
    while len(labels) < n_objects:
        label = _random_label(rng, vocabulary, labels)
        if label not in sources or label in labels:
            labels.append(label)
    return labels


def _random_label(rng: np.random.Generator, vocabulary: Vocabulary, earlier: Sequence[str]) -> str:
    kind = rng.random()
    if earlier and kind < _REPEAT_SHARE:
        return earlier[int(rng.integers(len(earlier)))]
    if kind > 1 - _SOUNDING_SHARE:
        return vocabulary.source_of[vocabulary.sound_labels[rng.integers(len(vocabulary.sounds))]]
    return vocabulary.labels[rng.integers(len(vocabulary.labels))]
