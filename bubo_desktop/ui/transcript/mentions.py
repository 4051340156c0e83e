"""The words of an answer that name what was seen or heard, or what was looked for and not found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from bubo_desktop.data import Answer
from bubo_desktop.palette import Look, look_of
from bubo_desktop.state.attention import EventRef, ObjectRef, Target, Targets


class Mention(NamedTuple):
    """Words `answer[start:end]`, in code points, and what they name: best first, and nothing where it is not found."""

    start: int
    end: int
    named: tuple[Target, ...]

    @property
    def targets(self) -> Targets:
        """What pointing at the words lights."""
        return frozenset(self.named)

    @property
    def look(self) -> Look | None:
        """How the words are underlined; None where nothing was found."""
        return self.look_in(self.targets)

    def look_in(self, lit: Targets) -> Look | None:
        """How the words look while these things are lit; None where they name none of them."""
        return next((_look(target) for target in self.named if target in lit), None)


def mentions_of(answer: Answer) -> tuple[Mention, ...]:
    """Every linked piece of an answer's text, in reading order; links over the same words become one mention."""
    named: dict[tuple[int, int], dict[Target, None]] = defaultdict(dict)
    for start, end, targets in _links(answer):
        if 0 <= start < end <= len(answer.answer):
            named[start, end].update(dict.fromkeys(targets))
    return tuple(Mention(start, end, tuple(targets)) for (start, end), targets in sorted(named.items()))


def _links(answer: Answer) -> Iterator[tuple[int, int, list[Target]]]:
    for link in answer.links:
        yield link.start, link.end, [ObjectRef(link.image, number) for number in link.objects]
    for heard in answer.sound_links:
        yield heard.start, heard.end, [EventRef(heard.sound, number) for number in heard.events]


def _look(target: Target) -> Look:
    return look_of(target.id if isinstance(target, ObjectRef) else target.event)
