"""Linking: which words of an answer name which objects of the pictures. Deterministic, and silent when unsure.

By construction a link's text is a slice of the answer, its objects are in its picture, and the links of one picture
never overlap; where several pictures show the object, each has a link for the same words, and where none does, one
link without objects says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bubo_desktop.data import Link, PictureFindings, Thing
from bubo_desktop.engine.mentions import Mention, Reading
from bubo_desktop.engine.places import Place, pictures_of, places_of

Attributes = Mapping[int, Mapping[str, float]]  # by id of the object

HOLDS = 0.5  # an attribute holds from this score on
_HINTS = 0.2  # below this score it does not even tell objects apart
_LARGER = 1.5  # times the area
# What remains of a link's score where the words and the picture do not quite agree.
_OTHER_COLOUR, _OTHER_PLACE, _OTHER_NUMBER, _ONE_OF_SEVERAL = 0.5, 0.6, 0.8, 0.7


def link_answer(
    reading: Reading, pictures: Sequence[PictureFindings], attributes: Attributes, *, open_world: bool = False
) -> tuple[Link, ...]:
    """Returns the links in order of `start`, then of picture.

    A mention means all objects of its label in a picture, narrowed by colours, places, sizes and numbers said of it
    as long as something remains. What the words deny is not linked, but said not to be found where it is not.

    Args:
        reading: the text, read with the words for the pack's labels; offsets are in its characters.
        pictures: what was found in each.
        attributes: for objects' ids, scores of colours in 0..1.
        open_world: whether labels are any words, verbs among them: only nouns with an article or the like are then
            said not to be found.
    """
    answer = reading.text
    links: list[Link] = []
    for mention, places, only in zip(reading.mentions, places_of(reading), pictures_of(reading), strict=True):
        start, end = reading.tokens[mention.first].start, reading.tokens[mention.last].end
        meant = range(len(pictures)) if only is None or only >= len(pictures) else [only]
        shown = [image for image in meant if _shows(pictures[image], mention.meaning.label)]
        if meant and not shown and (mention.is_determined or not open_world):
            links.append(Link(start, end, answer[start:end], meant[0], (), 0.0))
        for image in shown if not mention.is_negated else ():
            things, agreement = _choose(mention, places, pictures[image], attributes, links)
            if things:
                ids = tuple(sorted(thing.id for thing in things))
                score = agreement * mention.meaning.certainty * sum(thing.score for thing in things) / len(things)
                links.append(Link(start, end, answer[start:end], image, ids, score))
    return tuple(links)


def _shows(picture: PictureFindings, label: str) -> bool:
    return any(thing.label == label for thing in picture.objects)


def _choose(
    mention: Mention,
    places: frozenset[Place],
    picture: PictureFindings,
    attributes: Attributes,
    earlier: Sequence[Link],
) -> tuple[list[Thing], float]:
    """The objects meant in a picture that shows their label, and how far (0..1) they agree with all that is said."""
    things = [thing for thing in picture.objects if thing.label == mention.meaning.label]
    if mention.is_another:
        known = {link.objects for link in earlier}
        things = [thing for thing in things if (thing.id,) not in known] or things
    things, colour = _of_colour(things, mention, attributes)
    things, place = _in_place(things, mention, places, picture)
    things, number = _of_number(_of_size(things, mention.size), mention.number)
    return things, colour * place * number


def _of_colour(things: list[Thing], mention: Mention, attributes: Attributes) -> tuple[list[Thing], float]:
    """The objects that have one of the colours; where none has and one object is meant, the one that comes closest."""
    known = {thing.id: attributes.get(thing.id, {}) for thing in things}
    colours = [colour for colour in mention.colours if any(colour in scores for scores in known.values())]
    if not colours:
        return things, 1.0
    strength = {key: max(scores.get(colour, 0.0) for colour in colours) for key, scores in known.items()}
    holding = [thing for thing in things if strength[thing.id] >= HOLDS]
    if holding:
        return holding, 1.0
    closest = max(strength.values())
    if mention.number != 1 or closest < _HINTS:
        return things, _OTHER_COLOUR
    return [thing for thing in things if strength[thing.id] == closest], _OTHER_COLOUR


def _in_place(
    things: list[Thing], mention: Mention, places: frozenset[Place], picture: PictureFindings
) -> tuple[list[Thing], float]:
    """The objects whose centre is in one of the places; where none is and one object is meant, the nearest."""
    if not places:
        return things, 1.0
    ninths = {thing.id: _thirds(thing, picture) for thing in things}
    holding = [thing for thing in things if any(_distance(ninths[thing.id], place) == 0 for place in places)]
    if not holding:
        away = {key: min(_distance(ninth, place) for place in places) for key, ninth in ninths.items()}
        nearest = [thing for thing in things if away[thing.id] == min(away.values())]
        return nearest if mention.number == 1 else things, _OTHER_PLACE
    exact = {(column or 0, row or 0) for column, row in places}  # `on the left` is first of all its middle
    closest = [thing for thing in holding if ninths[thing.id] in exact]
    return closest if closest and mention.number == 1 else holding, 1.0


def _thirds(thing: Thing, picture: PictureFindings) -> tuple[int, int]:
    """Column and row of the ninth of the picture that holds the centre, -1, 0 or 1 each."""
    x0, y0, x1, y1 = thing.box_xyxy_px
    column, row = (x0 + x1) / 2 / picture.width * 3, (y0 + y1) / 2 / picture.height * 3
    return min(int(column), 2) - 1, min(int(row), 2) - 1


def _distance(ninth: tuple[int, int], place: Place) -> int:
    """How many ninths from the place, along the axes that it names."""
    return sum(abs(at - said) for at, said in zip(ninth, place, strict=True) if said is not None)


def _of_size(things: list[Thing], size: str | None) -> list[Thing]:
    """The objects that are large or small among their like, where there is a difference to speak of."""
    areas = [(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in (thing.box_xyxy_px for thing in things)]
    if size is None or max(areas) < _LARGER * min(areas):
        return things
    middle = math.sqrt(min(areas) * max(areas))
    return [thing for thing, area in zip(things, areas, strict=True) if (area > middle) == (size == "large")]


def _of_number(things: list[Thing], number: int | None) -> tuple[list[Thing], float]:
    """As many as are meant, the surest first; `a dog` may be any of several, so it means all of them, less surely."""
    if number is None or number == len(things):
        return things, 1.0
    if number == 1:
        return things, _ONE_OF_SEVERAL
    return sorted(things, key=lambda thing: -thing.score)[:number], _OTHER_NUMBER
