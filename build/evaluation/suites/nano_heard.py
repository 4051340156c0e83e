"""Marks for what is heard in recordings of nano's world: labels, when, and what it has to do with the picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bubo_desktop.data import Answer, SoundFindings
from build.evaluation.calibration import Scored
from build.evaluation.counts import SetCounts
from build.evaluation.figures import Figure, mean, ratio, share
from build.evaluation.pointing import list_sources
from build.evaluation.sittings import Heard, Seen, Sitting
from build.evaluation.verdicts import VerdictMarks

NEAR_S = 0.3  # a start or an end this close is right
BY_NUMBER = "Recordings in which all sounds were found and no others, by their number"


class HeardMarks:
    """Collects them, recording by recording."""

    def __init__(self) -> None:
        self.labels = SetCounts()
        self.scored = {"sounds": Scored(), "related": Scored(), "unrelated": Scored()}
        self.verdicts = VerdictMarks()
        self._n_timed: list[int] = []
        self._n_begun: list[int] = []
        self._n_ended: list[int] = []
        self._sources: list[bool] = []
        self._whole: dict[int, list[bool]] = defaultdict(list)

    def mark(self, sitting: Sitting, answer: Answer) -> None:
        """Marks a recording, and the verdict where there is a picture too."""
        [found] = answer.sounds
        wanted = {each.label for each in sitting.heard}
        self.labels.add(wanted, {event.label for event in found.events})
        self._whole[len(wanted)].append(wanted == {event.label for event in found.events})
        for event in found.events:
            self.scored["sounds"].add(event.score, event.label in wanted)
        self._mark_spans(sitting.heard, found)
        if sitting.picture:
            self._mark_verdict(sitting, answer)

    def figures(self) -> list[Figure]:
        """Labels, times, verdicts and sources."""
        return [
            self.labels.f1("sounds, F1"),
            ratio(f"sounds found, beginning within {NEAR_S} s", self._n_begun, self._n_timed),
            ratio(f"sounds found, end within {NEAR_S} s", self._n_ended, self._n_timed),
            *self.verdicts.figures(),
            mean("objects that make the sound, all of them and no other", self._sources),
            *(share(str(n), cases, BY_NUMBER) for n, cases in sorted(self._whole.items())),
        ]

    def _mark_spans(self, heard: Sequence[Heard], found: SoundFindings) -> None:
        missed = [miss for each in heard if (miss := _miss_s(each, found))]
        self._n_timed.append(len(missed))
        self._n_begun.append(sum(start_s <= NEAR_S for start_s, _ in missed))
        self._n_ended.append(sum(end_s <= NEAR_S for _, end_s in missed))

    def _mark_verdict(self, sitting: Sitting, answer: Answer) -> None:
        sources = {each.source for each in sitting.heard} & {each.label for each in sitting.seen}
        right = judge(sitting.seen, sitting.heard)
        said = answer.match.verdict if answer.match else "none"
        self.verdicts.add(right, said)
        if answer.match and said in self.scored:  # silence is certain
            self.scored[said].add(answer.match.score, said == right)
        if right == "related":
            self._sources.append({thing.label for thing in list_sources(answer)} == sources)


def _miss_s(wanted: Heard, found: SoundFindings) -> tuple[float, float] | None:
    """By how much the beginning and the end of a sound were missed; None where it was not found or its times are not
    known.
    """
    events = [event for event in found.events if event.label == wanted.label]
    if not wanted.span_s or not events:
        return None
    start_s, end_s = min(event.start_s for event in events), max(event.end_s for event in events)
    return abs(start_s - wanted.span_s[0]), abs(end_s - wanted.span_s[1])


def judge(seen: Sequence[Seen], heard: Sequence[Heard]) -> str:
    """The right verdict on a picture and a recording."""
    if not heard:
        return "silent"
    return "related" if {each.source for each in heard} & {each.label for each in seen} else "unrelated"
