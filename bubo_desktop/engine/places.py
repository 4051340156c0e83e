"""Reading which part of a picture, and which of several pictures, an answer's mentions are said to be in."""

from __future__ import annotations

from collections.abc import Iterator

from bubo_desktop.engine import grammar
from bubo_desktop.engine.mentions import Mention, Reading
from bubo_desktop.engine.tokens import Token

Place = tuple[int | None, int | None]  # column and row: -1, 0 or 1; None where the words leave it open


def places_of(reading: Reading) -> list[frozenset[Place]]:
    """Returns for each mention the places it is said to be in; several are alternatives, none leaves it open.

    A place belongs to the noun right behind it (`the left dog`), else to the last noun before it in its clause, else
    to the first behind it; nouns that are only listed share it (`a dog and a cat on the left`). What is said in
    relation to another thing (`to the left of the car`) is no place in the picture.
    """
    tokens, mentions = reading.tokens, reading.mentions
    places: list[set[Place]] = [set() for _ in mentions]
    own: set[int] = set()  # mentions whose place is an adjective: it is not shared
    for first, last, place in _runs(tokens):
        owner = _owner(tokens, mentions, first, last)
        if owner is not None:
            places[owner].add(place)
            if mentions[owner].first == last + 1:
                own.add(owner)
    pairs = [(index, index + 1) for index in range(len(mentions) - 1)]
    listed = [(a, b) for a, b in pairs if _is_list(tokens, mentions[a], mentions[b])]
    for giver, taker in [*((b, a) for a, b in reversed(listed)), *listed]:
        if not places[taker] and giver not in own:
            places[taker] |= places[giver]
    return [frozenset(said) for said in places]


def _is_list(tokens: list[Token], before: Mention, after: Mention) -> bool:
    between = [token.word for token in tokens[before.last + 1 : after.first]]
    same_sentence = tokens[before.last].sentence == tokens[after.first].sentence
    return same_sentence and all(word in grammar.LIST_WORDS or word in grammar.DETERMINERS for word in between)


def _runs(tokens: list[Token]) -> Iterator[tuple[int, int, Place]]:
    """Yields first and last token of each name of a place in the picture, such as `top right corner`."""
    index = 0
    while index < len(tokens):
        if not _begins_place(tokens, index):
            index += 1
            continue
        first, said = index, []
        while index < len(tokens) and tokens[index].clause == tokens[first].clause:
            if tokens[index].word in grammar.PLACES:
                said.append(grammar.PLACES[tokens[index].word])
            elif tokens[index].word not in grammar.INSIDE_PLACE or not _goes_on(tokens, index):
                break
            index += 1
        if not _is_relative(tokens, index):
            yield first, index - 1, _combined(said)


def _goes_on(tokens: list[Token], index: int) -> bool:
    """True for `corner` in `top corner` and for `a la` in `arriba a la izquierda`, false for the article of a noun."""
    rest = [token.word for token in tokens[index : index + 3]]
    if rest[0] in grammar.AFTER_PLACE:
        return True
    return any(word in grammar.PLACES and set(rest[:i]) <= grammar.INSIDE_PLACE for i, word in enumerate(rest))


def _begins_place(tokens: list[Token], index: int) -> bool:
    word = tokens[index].word
    before = tokens[index - 1].word if index else ""
    after = tokens[index + 1].word if index + 1 < len(tokens) else ""
    if word not in grammar.PLACES:
        return False
    return (
        word in grammar.CLEAR_PLACES
        or before in grammar.BEFORE_PLACE
        or after in grammar.AFTER_PLACE
        or after in grammar.PLACES
    )


def _is_relative(tokens: list[Token], index: int) -> bool:
    """True where a place goes on with `of` something that is not the picture."""
    rest = [token.word for token in tokens[index : index + 3]]
    if not rest or rest[0] not in ("of", "de", "del"):
        return False
    return not any(word in grammar.PICTURES for word in rest[1:])


def _combined(said: list[Place]) -> Place:
    """`top` and `left` are one corner; `center` gives way to a side."""
    columns, rows = ([value for value in axis if value is not None] for axis in zip(*said, strict=True))
    return max(columns, key=abs, default=None), max(rows, key=abs, default=None)


def _owner(tokens: list[Token], mentions: list[Mention], first: int, last: int) -> int | None:
    """The mention that a place (tokens `first` to `last`) is said of."""
    clause, sentence = tokens[first].clause, tokens[first].sentence
    peers = [i for i, mention in enumerate(mentions) if tokens[mention.last].sentence == sentence]
    behind = [i for i in peers if mentions[i].first > last]
    before = [i for i in peers if mentions[i].last < first]
    if behind and mentions[behind[0]].first == last + 1:
        return behind[0]
    for candidates in (
        [i for i in before if tokens[mentions[i].last].clause == clause][-1:],
        [i for i in behind if tokens[mentions[i].first].clause == clause][:1],
        [] if _is_fronted(tokens, mentions, sentence) else before[-1:],
        behind[:1],
        before[-1:],
    ):
        if candidates:
            return candidates[0]
    return None


def _is_fronted(tokens: list[Token], mentions: list[Mention], sentence: int) -> bool:
    """True for sentences that say the place before the thing: `on the left, a dog, and on the right, a cat`."""
    firsts = [mention.first for mention in mentions if tokens[mention.first].sentence == sentence]
    places = [i for i, token in enumerate(tokens) if token.sentence == sentence and _begins_place(tokens, i)]
    return bool(firsts and places) and places[0] < firsts[0]


def pictures_of(reading: Reading) -> list[int | None]:
    """Returns for each mention the index of the picture it is said to be in (`in the second picture`), else None.

    An ordinal holds for its clause, and where it comes before any noun of its sentence, on to the sentence's next.
    """
    tokens = reading.tokens
    named = [(index, ordinal) for index in range(len(tokens)) if (ordinal := _ordinal(tokens, index)) is not None]
    found: list[int | None] = []
    for mention in reading.mentions:
        token = tokens[mention.first]
        here = [ordinal for index, ordinal in named if tokens[index].clause == token.clause]
        start = min(m.first for m in reading.mentions if tokens[m.first].sentence == token.sentence)
        earlier = [(i, ordinal) for i, ordinal in named if tokens[i].sentence == token.sentence and i < mention.first]
        fronted = [earlier[-1][1]] if earlier and earlier[0][0] < start else []
        found.append(next(iter([*here, *fronted]), None))
    return found


def _ordinal(tokens: list[Token], index: int) -> int | None:
    """The picture that `second picture` or `imagen 2` names, counted from 0."""
    if tokens[index].word not in grammar.PICTURES:
        return None
    beside = [tokens[i].word for i in (index - 1, index + 1) if 0 <= i < len(tokens)]
    return next((grammar.ORDINALS[word] for word in beside if word in grammar.ORDINALS), None)
