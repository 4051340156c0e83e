"""What to ask about: objects that are there and such that are not, and only what has one clear answer."""

from __future__ import annotations

import random

from build.world.facts import COLOURS, COLUMNS, NATURAL, ROWS, Placed, Scene, Vocabulary
from build.world.talk.clarity import holds, is_askable, named
from build.world.talk.kinds import COMPARISONS, OPPOSITES, Subject
from build.world.talk.phrasebook import Phrasebook

_PRESENT_SHARE = {"exists": 0.5, "count": 0.85, "hear_exists": 0.5}
_USUAL_PRESENT_SHARE = 0.9
_COLOURED_SHARE = 0.15  # of questions that say `the red dog`
_COLOUR_PRESENT_SHARE = 0.8
_REPEATED_SHARE = 0.5  # of questions how many there are where there are several of something
_ELSEWHERE_SHARE = 0.3  # of absent objects: heard where they are not seen, or seen and not heard
_SOUNDING_SHARE = 0.4  # of the others: such as make a sound
_INSIDE_SHARE = 0.6  # of questions about insides where something is inside something
_TRIES = 12
_ABOUT_LABEL = ("exists", "count", "where", "size", "colour", "colour_is", "hear_exists")
_MAY_SAY_COLOUR = ("exists", "count", "where", "size")
_RELATIONS = {
    "relation_what": tuple(OPPOSITES), "relation_is": tuple(OPPOSITES),
    "compare": tuple(COMPARISONS), "compare_is": tuple(COMPARISONS),
}  # fmt: skip


class Subjects:
    """Draws what to ask about a scene."""

    def __init__(self, scene: Scene, vocabulary: Vocabulary, rng: random.Random) -> None:
        self._scene, self._vocabulary, self._rng = scene, vocabulary, rng
        self._things = scene.objects or ()
        self._heard = [vocabulary.source_of[heard.sound] for heard in scene.sounds or ()]

    def draw(self, kind: str) -> Subject | None:
        """A subject that a question of `kind` has one clear answer about; None where none was found."""
        is_absent = self._rng.random() >= _PRESENT_SHARE.get(kind, _USUAL_PRESENT_SHARE)
        drawn = (self._draw(kind, is_absent=is_absent) for _ in range(_TRIES))
        return next((subject for subject in drawn if subject and is_askable(kind, subject, self._scene)), None)

    def draw_label(self, kind: str, *, is_absent: bool) -> str:
        """An object to ask about, there or not."""
        rng = self._rng
        seen = [thing.label for thing in self._things]
        present, elsewhere = (self._heard, seen) if kind == "hear_exists" else (seen, self._heard)
        if present and not is_absent:
            repeated = [label for label in present if present.count(label) > 1]
            wants_several = kind == "count" and rng.random() < _REPEATED_SHARE
            return rng.choice(repeated if repeated and wants_several else present)
        absent = [label for label in elsewhere if label not in present]
        if absent and rng.random() < _ELSEWHERE_SHARE:
            return rng.choice(absent)  # what is heard is not therefore seen, and the other way round
        return self._absent_label(present, sounding=rng.random() < _SOUNDING_SHARE)

    def _absent_label(self, present: list[str], *, sounding: bool) -> str:
        labels = tuple(self._vocabulary.source_of.values()) if sounding else self._vocabulary.labels
        return self._rng.choice([label for label in labels if label not in present])

    def _draw(self, kind: str, *, is_absent: bool) -> Subject | None:
        rng = self._rng
        if kind in _ABOUT_LABEL:
            return self._draw_about_label(kind, is_absent=is_absent)
        if kind == "at":
            place = (rng.choice(ROWS), rng.choice(COLUMNS))
            return Subject(place=rng.choice([*(thing.place for thing in self._things), place]))
        if kind in _RELATIONS:
            return self._draw_pair(_RELATIONS[kind], names_first=kind != "relation_what", is_absent=is_absent)
        if kind == "inside":
            return self._draw_inside(is_absent=is_absent)
        if kind in ("colour_which", "count_colour"):
            return Subject(colour=self._draw_colour(self._things))
        return Subject(relation=rng.choice(("first", "last"))) if kind == "hear_order" else Subject()

    def _draw_about_label(self, kind: str, *, is_absent: bool) -> Subject:
        label = self.draw_label(kind, is_absent=is_absent)
        alike = named(self._things, label)
        if kind == "colour_is":
            own = [thing.colour for thing in alike if thing.colour != NATURAL]
            is_true = own and self._rng.random() < 0.5
            return Subject(label, relation=self._rng.choice(own if is_true else COLOURS))
        if kind in _MAY_SAY_COLOUR and self._rng.random() < _COLOURED_SHARE:
            return Subject(label, self._draw_colour(alike))
        return Subject(label)

    def _draw_colour(self, things: list[Placed] | tuple[Placed, ...]) -> str:
        there = [thing.colour for thing in things if thing.colour != NATURAL]
        return self._rng.choice(there if there and self._rng.random() < _COLOUR_PRESENT_SHARE else COLOURS)

    def _draw_pair(self, relations: tuple[str, ...], *, names_first: bool, is_absent: bool) -> Subject | None:
        n_named = 1 + names_first
        n_present = n_named - is_absent
        if len(self._things) < n_present:
            return None
        references = [self._refer(thing) for thing in self._rng.sample(self._things, n_present)]
        if is_absent:
            references.append((self._absent_label([thing.label for thing in self._things], sounding=False), ""))
            self._rng.shuffle(references)
        if len(set(references)) < n_named:
            return None
        (label, colour), (other, other_colour) = (*([("", "")] * (not names_first)), *references)
        return Subject(label, colour, other, other_colour, relation=self._rng.choice(relations))

    def _refer(self, thing: Placed) -> tuple[str, str]:
        """Label and colour that mean this object alone, where there are such."""
        is_alone = len(named(self._things, thing.label)) == 1
        says_colour = thing.colour != NATURAL and (not is_alone or self._rng.random() < _COLOURED_SHARE)
        return thing.label, thing.colour if says_colour else ""

    def _draw_inside(self, *, is_absent: bool) -> Subject | None:
        names_first = self._rng.random() < 0.5
        pairs = [(a, b) for a in self._things for b in self._things if a is not b and holds("inside", a, b)]
        if is_absent or not pairs or self._rng.random() >= _INSIDE_SHARE:
            return self._draw_pair(("inside",), names_first=names_first, is_absent=is_absent)
        thing, container = self._rng.choice(pairs)
        named_first = self._refer(thing) if names_first else ("", "")
        return Subject(*named_first, *self._refer(container), relation="inside")


def draw_stranger(book: Phrasebook, vocabulary: Vocabulary, rng: random.Random, *, spanish: bool) -> str:
    """A word that the vocabulary does not have, real or invented; a Spanish one with its article."""
    known = {name for word in vocabulary.objects for name in (word.en, word.es)}
    if rng.random() < 0.5:
        return rng.choice([word for word in book.foreign if word.split(" ")[-1] not in known])
    syllables = ("bcdfghjklmnprstvz", "aeiou", " nrslm") * rng.randint(2, 3)
    word = "".join(map(rng.choice, syllables)).replace(" ", "")
    word += "x" * (word in known)
    return f"{'la' if word.endswith('a') else 'el'} {word}" if spanish else word
