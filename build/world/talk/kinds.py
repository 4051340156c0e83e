"""The kinds of questions, how often each is asked, and what an exchange is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question as it is read, in small letters, and its exact answer.

    `kind` is what it counts as: a kind of `KINDS` or `FOLLOW_UPS`, or `refusal` (of a question that takes for granted
    what is not there), `no_picture`, `no_sound`, `no_referent`, or `drill`.
    """

    kind: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about. What its kind does not need is empty.

    Attributes:
        label: of the object in question.
        colour: that the object is said to have, or that is asked for.
        other, other_colour: the object it is set in relation to or compared with.
        place: one of ROWS and one of COLUMNS.
        relation: one of DIRECTIONS, COMPARISONS or ORDERS; of `colour_is` the colour in question.
        word: what the vocabulary does not have, as it is asked about.
    """

    label: str = ""
    colour: str = ""
    other: str = ""
    other_colour: str = ""
    place: tuple[str, str] | None = None
    relation: str = ""
    word: str = ""

    @property
    def things(self) -> tuple[tuple[str, str], ...]:
        """Label and colour of each object that the question names."""
        named = ((self.label, self.colour), (self.other, self.other_colour))
        return tuple((label, colour) for label, colour in named if label)


@dataclass(frozen=True, slots=True)
class Kind:
    """How often a kind is asked, what it is about, and whether what it names is taken to be in the picture."""

    weight: float
    seen: bool = True
    heard: bool = False
    presupposes: bool = False


OPPOSITES = {"left": "right", "right": "left", "above": "below", "below": "above"}
DIRECTIONS = (*OPPOSITES, "inside")
COMPARISONS = {"bigger": "smaller", "smaller": "bigger"}  # each with its opposite
ORDERS = ("first", "second", "third", "last")

KINDS: dict[str, Kind] = {
    "exists": Kind(9),
    "where": Kind(11, presupposes=True),
    "colour": Kind(9, presupposes=True),
    "colour_is": Kind(5, presupposes=True),
    "count": Kind(9),
    "size": Kind(6, presupposes=True),
    "describe_short": Kind(7),
    "describe_long": Kind(10),
    "at": Kind(10),
    "relation_what": Kind(9, presupposes=True),
    "relation_is": Kind(7, presupposes=True),
    "inside": Kind(5, presupposes=True),
    "compare": Kind(7, presupposes=True),
    "compare_is": Kind(6, presupposes=True),
    "colour_which": Kind(6),
    "count_colour": Kind(6),
    "count_all": Kind(4),
    "hear": Kind(6, seen=False, heard=True),
    "hear_exists": Kind(5, seen=False, heard=True),
    "hear_order": Kind(5, seen=False, heard=True),
    "source": Kind(10, heard=True),
    "match": Kind(9, heard=True),
    "small_talk": Kind(1.5, seen=False),
    "unknown_word": Kind(4, seen=False),
    "out_of_scope": Kind(3, seen=False),
    "no_referent": Kind(1.5, seen=False),
    "else": Kind(0),  # asked in later turns only
    "else_heard": Kind(0, seen=False, heard=True),
}
FOLLOW_UPS: dict[str, float] = {
    "pronoun": 9, "ellipsis": 8, "which_of_them": 6, "else": 5, "else_heard": 3, "then": 4, "sure": 0.6,
}  # fmt: skip
_UNJUDGED = ("small_talk", "unknown_word", "out_of_scope", "no_referent", "sure")
_REFUSAL_WEIGHT = 6.0


def kinds() -> dict[str, float]:
    """The judged kinds, those whose answers hang on the scene, and the weight of each in an overall figure."""
    weights = {name: kind.weight for name, kind in KINDS.items()} | FOLLOW_UPS | {"refusal": _REFUSAL_WEIGHT}
    return {name: weight for name, weight in weights.items() if name not in _UNJUDGED}
