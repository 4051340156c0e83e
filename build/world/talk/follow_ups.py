"""Questions of later turns, which mean something only after what was said before."""

from __future__ import annotations

import random
from collections.abc import Callable

from build.world.facts import COLOURS, COLUMNS, NATURAL, ROWS, Scene, Vocabulary
from build.world.talk.asking import Asked
from build.world.talk.clarity import is_askable, named
from build.world.talk.kinds import FOLLOW_UPS, OPPOSITES, Subject
from build.world.talk.subjects import Subjects

_ABOUT_SEEN = ("exists", "where", "colour", "colour_is", "size", "count")
_GOES_ON = ("exists", "where", "colour", "size", "count", "hear_exists")  # to another object: `and the cat?`
_PROPERTIES = {
    "it_where": "where",
    "it_colour": "colour",
    "it_size": "size",
    "it_exists": "exists",
    "it_hear": "hear_exists",
}
_OF_HEARD = ("it_exists", "it_where")
_ABSENT_SHARE = 0.25  # of objects that a question goes on to
_TRIES = 4


class FollowUps:
    """Draws questions that follow up another one about the same scene."""

    def __init__(self, scene: Scene, vocabulary: Vocabulary, rng: random.Random) -> None:
        self._scene, self._rng = scene, rng
        self._subjects = Subjects(scene, vocabulary, rng)
        self._things = scene.objects or ()
        self._heard = [vocabulary.source_of[heard.sound] for heard in scene.sounds or ()]
        self._sounding = frozenset(vocabulary.source_of.values())
        self._draws: dict[str, Callable[[Asked], Asked | None]] = {
            "pronoun": self._pronoun, "ellipsis": self._ellipsis, "which_of_them": self._which_of_them,
            "else": self._else, "else_heard": self._else_heard, "then": self._then, "sure": self._sure,
        }  # fmt: skip

    def draw(self, last: Asked) -> Asked | None:
        """A question that follows `last`, the last one about the scene; None where none was found."""
        for kind in self._rng.choices(tuple(FOLLOW_UPS), tuple(FOLLOW_UPS.values()), k=_TRIES):
            asked = self._draws[kind](last)
            if asked and (kind == "sure" or is_askable(asked.about, asked.subject, self._scene)):
                return asked
        return None

    def _pronoun(self, last: Asked) -> Asked | None:
        referent = self._referent(last)
        if not referent:
            return None
        wordings = self._rng.choice(self._askable_properties(last, referent))
        about = _PROPERTIES[wordings]
        n_things = max(1, len(named(self._things, *referent)))
        subject = Subject(*referent) if about in ("where", "size") else Subject(referent[0])
        return Asked("pronoun", about, subject, wordings, n_things)

    def _askable_properties(self, last: Asked, referent: tuple[str, str]) -> list[str]:
        """What can be asked of it: not what was asked just now, nor its color where that was said."""
        if last.about in ("hear", "hear_exists"):
            return ["it_exists", "it_where"]
        asked = [name for name in ("it_where", "it_colour", "it_size") if _PROPERTIES[name] != last.about]
        if referent[1] or last.about == "colour_is":
            asked.remove("it_colour")
        return asked + ["it_hear"] * (self._scene.sounds is not None and referent[0] in self._sounding)

    def _referent(self, last: Asked) -> tuple[str, str] | None:
        """Label and colour of what `it` means, where that is clear."""
        if last.about in _ABOUT_SEEN:
            return last.subject.label, last.subject.colour
        if self._scene.objects is None:
            return None
        if last.about == "hear_exists" and last.subject.label in self._heard:
            return last.subject.label, ""
        if last.about == "hear" and len(self._heard) == 1:
            return self._heard[0], ""
        if last.about == "at":
            labels = [thing.label for thing in self._things]
            there = [thing.label for thing in self._things if thing.place == last.subject.place]
            return (there[0], "") if len(there) == 1 and labels.count(there[0]) == 1 else None
        return None

    def _ellipsis(self, last: Asked) -> Asked | None:
        subject = last.subject
        if last.about in _GOES_ON and not subject.colour:
            is_absent = self._rng.random() < _ABSENT_SHARE
            others = (self._subjects.draw_label(last.about, is_absent=is_absent) for _ in range(_TRIES))
            label = next((label for label in others if label != subject.label), None)
            return Asked("ellipsis", last.about, Subject(label), "ellipsis") if label else None
        if last.about == "at":
            there = [thing.place for thing in self._things]
            place = self._rng.choice([*there, (self._rng.choice(ROWS), self._rng.choice(COLUMNS))])
            return Asked("ellipsis", "at", Subject(place=place), "ellipsis") if place != subject.place else None
        if last.about == "relation_what":
            direction = self._rng.choice([name for name in OPPOSITES if name != subject.relation])
            turned = Subject(other=subject.other, other_colour=subject.other_colour, relation=direction)
            return Asked("ellipsis", "relation_what", turned, "ellipsis")
        return None

    def _which_of_them(self, last: Asked) -> Asked | None:
        alike = named(self._things, last.subject.label)
        if last.about not in _ABOUT_SEEN or last.subject.colour or len(alike) < 2:
            return None
        colours = [thing.colour for thing in alike if thing.colour != NATURAL]
        colour = self._rng.choice(colours if colours and self._rng.random() < 0.8 else COLOURS)
        return Asked("which_of_them", "where", Subject(last.subject.label, colour), "which_of_them")

    def _else(self, last: Asked) -> Asked | None:
        if last.about.startswith("describe"):
            return Asked("else", "else", Subject(), "else")
        is_said = last.about in _ABOUT_SEEN and not last.subject.colour and named(self._things, last.subject.label)
        return Asked("else", "else", Subject(last.subject.label), "else") if is_said else None

    def _else_heard(self, last: Asked) -> Asked | None:
        if last.about == "hear":
            return Asked("else_heard", "else_heard", Subject(), "else_heard")
        is_said = last.about == "hear_exists" and last.subject.label in self._heard
        return Asked("else_heard", "else_heard", Subject(last.subject.label), "else_heard") if is_said else None

    def _then(self, last: Asked) -> Asked | None:
        following = {"first": "second", "second": "third"}.get(last.subject.relation)
        is_over = last.subject.relation == "second" and len(self._heard) < 2
        if not following or is_over or not self._heard:
            return None
        return Asked("then", "hear_order", Subject(relation=following), "then")

    def _sure(self, last: Asked) -> Asked | None:
        return Asked("sure", "sure", last.subject, "sure")
