"""Marks for what is said about nano's world: exact answers, how others went wrong, links, and absent things."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from bubo_desktop.data import Answer, Thing
from bubo_desktop.engine import grammar
from bubo_desktop.engine.lexicon import Lexicon
from bubo_desktop.engine.mentions import Reading
from bubo_desktop.engine.tokens import tokenise
from bubo_desktop.geometry import box_iou
from build.evaluation.calibration import Scored
from build.evaluation.counts import SetCounts
from build.evaluation.figures import Figure, share
from build.evaluation.pointing import list_pointed
from build.evaluation.sittings import Seen, Sitting
from build.evaluation.suites.nano_seen import LEAST_IOU

BY_KIND, BY_LANGUAGE = "Answers exact, by kind", "Answers exact, by language"
_YES_OR_NO = grammar.NEGATIONS | {"yes", "sí"}
_PLACES = frozenset(grammar.PLACES)


class SaidMarks:
    """Collects them, answer by answer.

    Args:
        lexicon: all names of what the pack knows, to read answers with.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._exact: dict[str, SetCounts] = defaultdict(SetCounts)
        self._of_kind: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
        self._went: dict[str, Counter[str]] = defaultdict(Counter)
        self._links_found, self._links_met = SetCounts(), SetCounts()
        self._made_up, self._agreed_to_absent = SetCounts(), SetCounts()
        self.scored = {"links": Scored()}

    def mark(self, sitting: Sitting, answers: Sequence[Answer]) -> list[bool]:
        """Marks all answers of a sitting; returns which are exact."""
        pairs = list(zip(sitting.asked, answers, strict=True))
        exact = [answer.answer in asked.answers for asked, answer in pairs]
        for group in dict.fromkeys(asked.group for asked in sitting.asked):
            of_group = [right for right, asked in zip(exact, sitting.asked, strict=True) if asked.group == group]
            self._exact[group].count(sum(of_group), len(of_group), 0)
        for is_exact, (asked, answer) in zip(exact, pairs, strict=True):
            self._of_kind[asked.group, asked.kind, asked.language].append(is_exact)
            self._went[asked.kind]["right" if is_exact else self.explain(asked.answers[0], answer.answer)] += 1
        named = [self._list_asserted(answer) for answer in answers]
        self._mark_absent(sitting, named)
        if sitting.picture:
            for answer, labels in zip(answers, named, strict=True):
                self._mark_links(sitting.seen, answer, labels)
        return exact

    def explain(self, right: str, said: str) -> str:
        """What is wrong with an answer: the most serious of what differs."""
        before, after = (Reading(text, self._lexicon) for text in (right, said))
        words = [Counter(token.word for token in tokenise(text)) for text in (right, said)]
        differing = set((words[0] - words[1]) + (words[1] - words[0]))
        if differing & _YES_OR_NO:
            return "yes or no"
        if Counter(m.meaning.label for m in before.mentions) != Counter(m.meaning.label for m in after.mentions):
            return "object"
        reasons = (
            ("number", grammar.NUMBERS),
            ("colour", grammar.COLOURS),
            ("place", _PLACES),
            ("size", grammar.SIZES),
        )
        return next((reason for reason, lexemes in reasons if differing.intersection(lexemes)), "wording")

    def figures(self) -> list[Figure]:
        """Exact answers overall, by kind and by language; links; and what was made up."""
        groups = sorted(self._exact)
        return [
            *(self._exact[group].precision(_join("answers, exact", group)) for group in groups),
            self._links_found.precision("links, precision"),
            self._links_met.recall("links, recall"),
            self._made_up.precision("answers that assert something absent"),
            self._agreed_to_absent.precision("absent things asked about and asserted"),
            *(figure for group in groups for figure in self._tables(group)),
        ]

    def _tables(self, group: str) -> list[Figure]:
        """A group's exact answers by language and by kind."""
        of_group = {names[1:]: cases for names, cases in self._of_kind.items() if names[0] == group}
        by_language, by_kind = _join(BY_LANGUAGE, group), _join(BY_KIND, group)
        languages = sorted({language for _, language in of_group})
        return [
            *(
                share(
                    language,
                    [right for names, cases in of_group.items() if names[1] == language for right in cases],
                    by_language,
                )
                for language in languages
            ),
            *(share(", ".join(names), cases, by_kind) for names, cases in sorted(of_group.items())),
        ]

    def confusions(self) -> dict[str, dict[str, int]]:
        """By kind of question, how many answers were right and how others went wrong."""
        return {kind: dict(counts.most_common()) for kind, counts in sorted(self._went.items())}

    def _list_asserted(self, answer: Answer) -> set[str]:
        """The objects that an answer names and does not deny."""
        return {each.meaning.label for each in Reading(answer.answer, self._lexicon).mentions if not each.is_negated}

    def _mark_absent(self, sitting: Sitting, named: Sequence[set[str]]) -> None:
        """What is heard may be named too: `a dog is barking` says nothing of the picture."""
        present = {each.label for each in sitting.seen} | {each.source for each in sitting.heard}
        self._made_up.count(sum(bool(labels - present) for labels in named), len(named), 0)
        sought = [Reading(asked.text, self._lexicon).labels - present for asked in sitting.asked]
        n_agreed = sum(bool(labels & absent) for labels, absent in zip(named, sought, strict=True))
        self._agreed_to_absent.count(n_agreed, sum(map(bool, sought)), 0)

    def _mark_links(self, seen: Sequence[Seen], answer: Answer, named: set[str]) -> None:
        """A link is right where each of its objects is; a label that is named and there wants such a link."""
        pointed = list_pointed(answer)
        right = [all(_is_there(thing, seen) for thing in each.things) for each in pointed]
        for each, is_right in zip(pointed, right, strict=True):
            self.scored["links"].add(each.score, is_right)
        self._links_found.count(sum(right), len(pointed), 0)
        linked = {thing.label for each, ok in zip(pointed, right, strict=True) if ok for thing in each.things}
        self._links_met.add({each.label for each in seen} & named, linked)


def _join(name: str, group: str) -> str:
    return f"{name}, {group}" if group else name


def _is_there(thing: Thing, seen: Sequence[Seen]) -> bool:
    boxes = [each.box_xyxy_px for each in seen if each.label == thing.label]
    return bool(boxes) and float(box_iou(np.array([thing.box_xyxy_px]), np.array(boxes)).max()) >= LEAST_IOU
