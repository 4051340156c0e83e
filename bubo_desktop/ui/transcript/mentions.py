"""The words of an answer that name what was seen or heard, or what was looked for and not found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from bubo_desktop.data import Answer
from bubo_desktop.palette import Look, look_of, looks_of
from bubo_desktop.state.attention import EventRef, ObjectRef, Target, Targets


class Mention(NamedTuple):
    """Words `answer[start:end]`, in code points, and what they name, with its look: best first, and nothing where it
    is not found.
    """

    start: int
    end: int
    named: tuple[tuple[Target, Look], ...]

    @property
    def targets(self) -> Targets:
        """What pointing at the words lights."""
        return frozenset(target for target, _ in self.named)

    @property
    def look(self) -> Look | None:
        """How the words are underlined; None where nothing was found."""
        return self.look_in(self.targets)

    def look_in(self, lit: Targets) -> Look | None:
        """How the words look while these things are lit; None where they name none of them."""
        return next((look for target, look in self.named if target in lit), None)


def mentions_of(answer: Answer) -> tuple[Mention, ...]:
    """Every linked piece of an answer's text, in reading order; links over the same words become one mention."""
    named: dict[tuple[int, int], dict[Target, Look]] = defaultdict(dict)
    for start, end, targets in _links(answer):
        if 0 <= start < end <= len(answer.answer):
            named[start, end].update(targets)
    return tuple(Mention(start, end, tuple(targets.items())) for (start, end), targets in sorted(named.items()))


def _links(answer: Answer) -> Iterator[tuple[int, int, dict[Target, Look]]]:
    for link in answer.links:
        yield link.start, link.end, {ObjectRef(link.image, number): look_of(number) for number in link.objects}
    looks = [looks_of([event.label for event in sound.events]) for sound in answer.sounds]
    sources = _sources(answer)
    for heard in answer.sound_links:
        events: dict[Target, Look] = {EventRef(heard.sound, n): looks[heard.sound][n] for n in heard.events}
        yield heard.start, heard.end, events | sources


def _sources(answer: Answer) -> dict[Target, Look]:
    """The objects that make what is heard, where that is one kind of sound; of several, nobody knows whose is which."""
    if answer.match is None or len({event.label for sound in answer.sounds for event in sound.events}) != 1:
        return {}
    return {
        ObjectRef(image, thing.id): look_of(thing.id)
        for image, picture in enumerate(answer.images)
        for thing in picture.objects
        if thing.id in answer.match.source_objects
    }
