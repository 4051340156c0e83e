"""From question, history and media to the pieces of a prompt, in the words of a pack's template."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import Turn
from bubo_desktop.packs.manifest import PromptTemplate


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a prompt. Control tokens are recognised only where the text is `trusted`."""

    text: str
    trusted: bool


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """Tokens of a prompt, as llama.cpp's projectors set round and between parts of a picture: `ids` int32 (n,)."""

    ids: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """A picture or sound in a prompt, or a part of one.

    Attributes:
        rows: float32 (n, width).
        is_causal: false where every row attends to every other one; all of them must then be read in one batch.
        offsets: int32 (4, n) from the position of the first row, in the order of M-RoPE's sections (time, y, x, and
            one unused); None where each row is one position after the one before it.
    """

    rows: NDArray[np.float32]
    is_causal: bool = True
    offsets: NDArray[np.int32] | None = None


Segment = Text | Tokens | Embeddings
Medium = NDArray[np.float32] | Sequence[Tokens | Embeddings]
"""What the language network is shown of a picture or sound: an encoder's rows float32 (n_queries, width), or the
pieces that a projector makes of it."""
Media = Mapping[str, Medium]
"""What the language network is shown of pictures and recordings, by the names that turns have for them, such as paths;
those it is shown nothing of are not among them."""


def build_prompt(template: PromptTemplate, asked: Turn, history: Sequence[Turn], media: Media) -> list[Segment]:
    """Lays out a prompt as `PromptTemplate` specifies, from after the start token to where the answer begins.

    A file stands in the first of the turns that are about it: what was read of a conversation stays its beginning.

    Args:
        template: the pack's words.
        asked: the question and its files; what the answer says is of no account. Neither control tokens nor stop
            strings can come out of the user's words.
        history: earlier turns, oldest first; the last `template.max_turns` are used.
        media: what is shown of the files of all these turns.

    Returns:
        Texts and embeddings in order; neighbouring texts are joined where the template has no control tokens.
    """
    unshown = dict(media)
    prompt: list[Segment] = [Text(template.system, trusted=True)]
    for turn in kept_turns(template, history):
        prompt += _earlier_turn(template, turn, unshown)
    prompt += [*_question(template, asked, unshown), Text(template.assistant, trusted=True)]
    filled = [part for part in prompt if not isinstance(part, Text) or part.text]
    return filled if template.control_tokens else list(_joined(filled))


def fit_prompt(
    template: PromptTemplate,
    asked: Turn,
    history: Sequence[Turn],
    media: Media,
    count: Callable[[Sequence[Segment]], int],
    n_most: int,
) -> tuple[list[Segment], int]:
    """Lays out a prompt like `build_prompt`, without the oldest turns where it would be too long with them.

    They are left out by half the room at a time: if the conversation began elsewhere with each further question, all
    of it would be read anew each time. Files that only they held and that are asked about move to a later turn.

    Args:
        template: as for `build_prompt`.
        asked: as for `build_prompt`.
        history: as for `build_prompt`.
        media: as for `build_prompt`.
        count: says how long a part of a prompt is.
        n_most: how long it may be.

    Returns:
        The prompt, and how many turns were left out for want of room; even without all of them it may be too long.
    """
    turns = kept_turns(template, history)
    for n_left_out in _cuts(template, turns, media, count, n_most // 2):
        prompt = build_prompt(template, asked, turns[n_left_out:], media)
        if count(prompt) <= n_most:
            break
    return prompt, n_left_out


def kept_turns(template: PromptTemplate, history: Sequence[Turn]) -> Sequence[Turn]:
    """The newest turns, as many as the template keeps: whose files a prompt may show."""
    return history[max(len(history) - template.max_turns, 0) :]


def defuse(text: str, strings: Sequence[str]) -> str:
    """Sets a space into every occurrence of these strings, overlapping ones too, so that none is left."""
    for string in strings:
        if len(string) == 1:
            text = text.replace(string, " ")
        else:
            text = re.sub(re.escape(string[:1]) + f"(?={re.escape(string[1:])})", string[:1] + " ", text)
    return text


def _cuts(
    template: PromptTemplate,
    turns: Sequence[Turn],
    media: Media,
    count: Callable[[Sequence[Segment]], int],
    n_at_once: int,
) -> Iterator[int]:
    """How many turns may be left out: none, more by `n_at_once` each time, and all; later turns change nothing."""
    yield 0
    unshown, n_passed = dict(media), 0
    for number, turn in enumerate(turns[:-1], 1):
        n_passed += count(_earlier_turn(template, turn, unshown))
        if n_passed >= n_at_once:
            yield number
            n_passed = 0
    if turns:
        yield len(turns)


def _earlier_turn(template: PromptTemplate, turn: Turn, unshown: dict[str, Medium]) -> list[Segment]:
    # Joined texts need the space back that a tokenizer writes into an answer's first word and a reader is not shown.
    space = "" if template.control_tokens else " "
    return [
        *_question(template, turn, unshown),
        Text(template.assistant, trusted=True),
        Text(space + defuse(turn.answer, template.stop), trusted=False),
        Text(template.turn_end, trusted=True),
    ]


def _question(template: PromptTemplate, turn: Turn, unshown: dict[str, Medium]) -> list[Segment]:
    """The files that no earlier turn was about, which are taken out of `unshown`, and the question."""
    sounds = [unshown.pop(path) for path in turn.sounds if path in unshown]
    images = [unshown.pop(path) for path in turn.images if path in unshown]
    folded = turn.question.lower() if template.fold_case else turn.question
    return [
        Text(template.human, trusted=True),
        *_media(template.sound_tags, sounds),
        *_media(template.image_tags, images),
        Text(defuse(folded, template.stop), trusted=False),
    ]


def _media(tags: tuple[str, str], media: Sequence[Medium]) -> Iterator[Segment]:
    for medium in media:
        yield Text(tags[0], trusted=True)
        yield from [Embeddings(medium)] if isinstance(medium, np.ndarray) else medium
        yield Text(tags[1], trusted=True)


def _joined(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Joins neighbouring texts, none of which is trusted any more, because each may hold the user's words."""
    for is_text, group in groupby(segments, lambda segment: isinstance(segment, Text)):
        if is_text:
            yield Text("".join(segment.text for segment in group if isinstance(segment, Text)), trusted=False)
        else:
            yield from group
