"""From what is to be asked to the words of a question."""

from __future__ import annotations

import random
from dataclasses import dataclass

from build.world.talk.grammar import Grammar
from build.world.talk.keystrokes import draw_courtesy, type_question
from build.world.talk.kinds import KINDS, Subject
from build.world.talk.phrasebook import Wordings
from build.world.talk.subjects import draw_stranger


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is to be put into words.

    Attributes:
        kind: what it counts as.
        about: the kind that it would be, were it asked in full.
        subject: what it is about.
        wordings: the kind of its wordings.
        n_things: how many objects the asker speaks of.
    """

    kind: str
    about: str
    subject: Subject
    wordings: str
    n_things: int = 1


def ask_in_full(kind: str, subject: Subject, n_things: int = 1) -> Asked:
    """A question that needs no earlier one."""
    wordings = kind
    if kind == "inside":
        wordings = "relation_is" if subject.label else "relation_what"
    return Asked(kind, kind, subject, wordings, n_things)


class Asker:
    """Puts questions into words: those of training, or those that are held out of it."""

    def __init__(self, grammar: Grammar, rng: random.Random, *, held_out: bool) -> None:
        self._grammar, self._rng, self._held_out = grammar, rng, held_out

    def ask(self, asked: Asked) -> str:
        """The question as it is typed."""
        wording = self._choose(self._grammar.book.questions[asked.wordings])
        text = self._grammar.finish(wording.format_map(self._fields(asked)))
        return self._type(text, is_courteous=asked.kind in KINDS)

    def ask_out_of_scope(self) -> str:
        """A question that is not about the scene."""
        return self._type(self._choose(self._grammar.book.out_of_scope))

    def make_small_talk(self) -> tuple[str, str]:
        """What people say by the way, and what is answered."""
        talk = self._rng.choice(self._grammar.book.small_talk)
        return self._type(self._choose(talk)), talk.answer

    def ask_about_stranger(self) -> str:
        """A question about a word that is not in the vocabulary."""
        grammar = self._grammar
        word = draw_stranger(grammar.book, grammar.vocabulary, self._rng, spanish=grammar.language == "es")
        wording = self._choose(grammar.book.questions["unknown_word"])
        return self._type(grammar.finish(wording.format_map(grammar.stranger_forms(word))))

    def _choose(self, wordings: Wordings) -> str:
        return wordings.choose(self._rng, held_out=self._held_out)

    def _type(self, wording: str, *, is_courteous: bool = False) -> str:
        courtesy = draw_courtesy(self._grammar.book, self._rng) if is_courteous else ("", "")
        return type_question(wording, self._grammar.language, self._rng, *courtesy)

    def _fields(self, asked: Asked) -> dict[str, str]:
        grammar, subject, book = self._grammar, asked.subject, self._grammar.book
        fields: dict[str, str] = {}
        says_colour = asked.wordings != "which_of_them"  # there the colour is what is asked
        if subject.label:
            fields |= grammar.forms(subject.label, asked.n_things, subject.colour if says_colour else "")
        if subject.other:
            other = grammar.forms(subject.other, 1, subject.other_colour)
            fields |= {f"{name}2": form for name, form in other.items()}
        colour = subject.relation if asked.about == "colour_is" else subject.colour
        if colour:
            fields |= grammar.colour_forms(colour, subject.label)
        if subject.place:
            fields["place"] = grammar.place(subject.place, self._way())
        if subject.relation in book.directions:
            fields["beside"] = grammar.beside(subject.relation, subject.other, subject.other_colour, self._way())
        if subject.relation in book.comparisons:
            comparison = self._rng.choice(book.comparisons[subject.relation])
            rival = subject.other if asked.about == "compare" else subject.label
            fields["bigger"] = grammar.agree_both(comparison, subject.label, rival)
        if subject.relation in book.orders:
            fields["order"] = self._rng.choice(book.orders[subject.relation])
        return fields | ({"ref": self._refer(asked, fields)} if asked.wordings == "ellipsis" else {})

    def _way(self) -> int:
        return self._rng.choice((0, 0, 1, 2, 3))

    def _refer(self, asked: Asked, fields: dict[str, str]) -> str:
        """What stands behind `and` in a question without a verb: the dog, a dog, dogs, at the top, to the left."""
        if asked.about == "relation_what":
            return self._grammar.book.directions[asked.subject.relation][0].removesuffix(" of").removesuffix(" de")
        form = {"exists": "a", "hear_exists": "a", "count": "many", "at": "place"}.get(asked.about, "the")
        return fields[form]
