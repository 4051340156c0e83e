"""Drills: bare look-ups in a scene, many to a sequence, which teach the language network to read its slots.

Without them it learns the wording of conversations within minutes and then stays at chance where an answer must be
looked up. Both languages share the keys, which are English; nouns and answers are in the drill's language, and a
Spanish drill begins with `es`: `place dog` is `at the top left`, `es place perro` is `arriba a la izquierda`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from build.world.facts import COLOURS, NATURAL, Language, Placed, Scene, Vocabulary
from build.world.talk.answers import speak
from build.world.talk.clarity import holds, is_askable, is_bigger, named
from build.world.talk.kinds import DIRECTIONS, Exchange, Subject
from build.world.talk.slots import image_slots

_NOTHING: dict[Language, str] = {"en": "nothing", "es": "nada"}
_NO = "no"
_PRESENT_SHARE = 0.8
_IT_SHARE = 0.25  # of look-ups about one kind that are followed by another one about `it`
_TRIES = 8
_ABOUT_LABEL = {"place": "where", "color": "colour", "size": "size", "count": "count"}


def drill(scene: Scene, rng: random.Random, language: Language, vocabulary: Vocabulary) -> tuple[Exchange, ...]:
    """A random look-up in `scene`, and now and then a second one about what the first one named.

    They are packed like a conversation, so that nothing else knows of drills.
    """
    drills = Drills(scene, rng, language, vocabulary)
    return tuple(Exchange("drill", question, answer) for question, answer in drills.draw())


_Pair = tuple[str, str]  # a key with what it is about, and the answer


class Drills:
    """Draws look-ups in one scene. For the arguments see `drill`."""

    def __init__(self, scene: Scene, rng: random.Random, language: Language, vocabulary: Vocabulary) -> None:
        self._scene, self._rng, self._language, self._vocabulary = scene, rng, language, vocabulary
        self._grammar = speak(language, vocabulary)
        self._things = scene.objects or ()
        self._sources = [vocabulary.source_of[heard.sound] for heard in scene.sounds or ()]
        self._yes = self._grammar.book.answers["yes"].rstrip(",").lower()
        self._nothing = _NOTHING[language]

    def draw(self) -> list[_Pair]:
        """One or two look-ups, with the mark of their language."""
        sees, hears = self._scene.objects is not None, self._scene.sounds is not None
        drills = self._about_picture() * sees + self._about_sound() * hears + self._about_both() * (sees and hears)
        for _ in range(_TRIES):
            pairs = self._rng.choice(drills or [self._name])()
            if pairs:
                break
        else:
            pairs = self._name()
        mark = "es " if self._language == "es" else ""
        return [(mark + question, answer) for question, answer in pairs]

    def _about_picture(self) -> list[Callable[[], list[_Pair]]]:
        return [
            *[self._of_label] * 14, *[self._at] * 2, self._list, self._group, self._count, *[self._beside] * 3,
            *[self._is_beside] * 2, *[self._bigger] * 2, *[self._of_colour] * 2, self._fine, self._next, self._name,
        ]  # fmt: skip

    def _about_sound(self) -> list[Callable[[], list[_Pair]]]:
        return [self._sounds, self._sound_of, self._nth_sound]

    def _about_both(self) -> list[Callable[[], list[_Pair]]]:
        return [*[self._seen_sources] * 3, *[self._source_of] * 3]

    def _noun(self, label: str, colour: str = "") -> str:
        return self._grammar.noun(label, 1, colour)

    def _label(self, present: Sequence[str]) -> str:
        is_present = present and self._rng.random() < _PRESENT_SHARE
        return self._rng.choice(present if is_present else self._vocabulary.labels)

    def _join(self, words: Sequence[str]) -> str:
        return ", ".join(words) or self._nothing

    def _nouns(self, things: Sequence[Placed]) -> str:
        return self._join([self._noun(thing.label) for thing in things])

    def _of_label(self) -> list[_Pair]:
        """`place dog`, and after it `size it`."""
        label = self._label([thing.label for thing in self._things])
        first, second = self._rng.sample(tuple(_ABOUT_LABEL), 2)
        keys = [(first, self._noun(label)), (second, "it")][: 1 + (self._rng.random() < _IT_SHARE)]
        if not all(is_askable(_ABOUT_LABEL[key], Subject(label), self._scene) for key, _ in keys):
            return []
        return [(f"{key} {noun}", self._look_up(key, label)) for key, noun in keys]

    def _look_up(self, key: str, label: str) -> str:
        things = named(self._things, label)
        if not things or key == "count":
            return self._grammar.book.numbers[len(things)] if things else _NO
        words = self._grammar.book.words
        found = {
            "place": lambda thing: self._grammar.place(thing.place),
            "color": lambda thing: words[thing.colour],
            "size": lambda thing: words[thing.size],
        }[key]
        return self._join(tuple(dict.fromkeys(found(thing) for thing in things)))

    def _at(self) -> list[_Pair]:
        if not self._things:
            return []
        place = self._rng.choice(self._things).place
        if not is_askable("at", Subject(place=place), self._scene):
            return []
        things = [thing for thing in self._things if thing.place == place]
        return [(f"at {' '.join(place)}", self._nouns(things))]

    def _list(self) -> list[_Pair]:
        return [("list", self._nouns(self._things))]

    def _group(self) -> list[_Pair]:
        return [("group", self._grammar.listed(self._things) if self._things else self._nothing)]

    def _count(self) -> list[_Pair]:
        return [("count", self._grammar.book.numbers[len(self._things)] if self._things else self._nothing)]

    def _alone(self) -> list[Placed]:
        """The objects that are the only ones of their kind."""
        return [thing for thing in self._things if len(named(self._things, thing.label)) == 1]

    def _pair(self) -> list[Placed]:
        alone = self._alone()
        return self._rng.sample(alone, 2) if len(alone) > 1 else []

    def _beside(self) -> list[_Pair]:
        """`left dog`: what is to the left of it."""
        alone = self._alone()
        if not alone:
            return []
        anchor, direction = self._rng.choice(alone), self._rng.choice(DIRECTIONS)
        if not is_askable("relation_what", Subject(other=anchor.label, relation=direction), self._scene):
            return []
        things = [thing for thing in self._things if thing is not anchor and holds(direction, thing, anchor)]
        return [(f"{direction} {self._noun(anchor.label)}", self._nouns(things))]

    def _is_beside(self) -> list[_Pair]:
        """`left dog cat`: whether the dog is to the left of the cat."""
        direction, pair = self._rng.choice(DIRECTIONS), self._pair()
        is_so = holds(direction, *pair) if pair else None
        if is_so is None:
            return []
        return [(f"{direction} {self._noun(pair[0].label)} {self._noun(pair[1].label)}", self._yes if is_so else _NO)]

    def _bigger(self) -> list[_Pair]:
        """`bigger dog cat`: which of them is."""
        pair = self._pair()
        is_so = is_bigger(*pair) if pair else None
        if is_so is None:
            return []
        key = self._rng.choice(("bigger", "smaller"))
        winner = pair[0] if is_so == (key == "bigger") else pair[1]
        return [(f"{key} {self._noun(pair[0].label)} {self._noun(pair[1].label)}", self._noun(winner.label))]

    def _of_colour(self) -> list[_Pair]:
        """`red`: what is red; `count red`: how many."""
        there = [thing.colour for thing in self._things if thing.colour != NATURAL]
        colour = self._rng.choice(there if there and self._rng.random() < _PRESENT_SHARE else COLOURS)
        things, word = named_by_colour(self._things, colour), self._grammar.book.words[colour]
        if self._rng.random() < 0.5:
            return [(word, self._nouns(things))]
        return [(f"count {word}", self._grammar.book.numbers[len(things)] if things else _NO)]

    def _fine(self) -> list[_Pair]:
        """`fine dog`: the fine words of its slot."""
        alone = self._alone()
        if not alone:
            return []
        thing = self._rng.choice(alone)
        words = image_slots(self._things)[self._things.index(thing)]
        return [(f"fine {self._noun(thing.label)}", " ".join(words[5:8]))]

    def _next(self) -> list[_Pair]:
        """`next dog`: the object after it."""
        alone = self._alone()
        if not alone:
            return []
        thing = self._rng.choice(alone)
        return [(f"next {self._noun(thing.label)}", self._nouns(self._things[self._things.index(thing) + 1 :][:1]))]

    def _name(self) -> list[_Pair]:
        """`name dog` is `perro` in Spanish, `name perro` is `dog` in English."""
        word = self._rng.choice(self._vocabulary.objects)
        return [(f"name {word.en}", word.es) if self._language == "es" else (f"name {word.es}", word.en)]

    def _sounds(self) -> list[_Pair]:
        sounds = [heard.sound for heard in self._scene.sounds or ()]
        pairs = zip(self._sources, sounds, strict=True)
        return [("sound", self._join([f"{self._noun(label)} {self._grammar.gerund(sound)}" for label, sound in pairs]))]

    def _sound_of(self) -> list[_Pair]:
        label = self._label(self._sources)
        heard = [it.sound for it in self._scene.sounds or () if self._vocabulary.source_of[it.sound] == label]
        answer = self._join([self._grammar.gerund(sound) for sound in heard]) if heard else _NO
        return [(f"sound {self._noun(label)}", answer)]

    def _nth_sound(self) -> list[_Pair]:
        order = self._rng.choice(("first", "second", "third", "last"))
        index = {"first": 0, "second": 1, "third": 2, "last": max(len(self._sources) - 1, 0)}[order]
        return [(order, self._join([self._noun(label) for label in self._sources[index : index + 1]]))]

    def _seen_sources(self) -> list[_Pair]:
        """`source`: what is both heard and seen."""
        seen = [label for label in dict.fromkeys(self._sources) if named(self._things, label)]
        return [("source", self._join([self._noun(label) for label in seen]))]

    def _source_of(self) -> list[_Pair]:
        """`source dog`: whether it is seen, and whether it is heard."""
        label = self._label(self._sources)
        verdicts = (bool(named(self._things, label)), label in self._sources)
        return [(f"source {self._noun(label)}", " ".join(self._yes if verdict else _NO for verdict in verdicts))]


def named_by_colour(things: Sequence[Placed], colour: str) -> list[Placed]:
    """The objects of a colour, from left to right."""
    return [thing for thing in things if thing.colour == colour]
