"""From question, history and media to the pieces of a prompt, in the words of a pack's template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
class Embeddings:
    """A picture or sound in a prompt: `rows` float32 (n, width), one position each."""

    rows: NDArray[np.float32]


Segment = Text | Embeddings


def build_prompt(
    template: PromptTemplate,
    question: str,
    history: Sequence[Turn],
    images: Sequence[NDArray[np.float32]],
    sounds: Sequence[NDArray[np.float32]],
) -> list[Segment]:
    """Lays out a prompt as `PromptTemplate` specifies, from after the start token to where the answer begins.

    Args:
        template: the pack's words.
        question: the user's words; neither control tokens nor stop strings can come out of them.
        history: earlier turns, oldest first; the last `template.max_turns` are used.
        images: per picture float32 (n_queries, width).
        sounds: per sound float32 (n_queries, width).

    Returns:
        Texts and embeddings in order; neighbouring texts are joined where the template has no control tokens.
    """
    segments = [Text(template.system, trusted=True)]
    for turn in history[max(len(history) - template.max_turns, 0) :]:
        segments += _earlier_turn(template, turn)
    prompt: list[Segment] = [*segments, Text(template.human, trusted=True)]
    prompt += _media(template.sound_tags, sounds)
    prompt += _media(template.image_tags, images)
    prompt += [_question(template, question), Text(template.assistant, trusted=True)]
    filled = [part for part in prompt if isinstance(part, Embeddings) or part.text]
    return filled if template.control_tokens else list(_joined(filled))


def defuse(text: str, strings: Sequence[str]) -> str:
    """Sets a space into every occurrence of these strings, overlapping ones too, so that none is left."""
    for string in strings:
        if len(string) == 1:
            text = text.replace(string, " ")
        else:
            text = re.sub(re.escape(string[:1]) + f"(?={re.escape(string[1:])})", string[:1] + " ", text)
    return text


def _earlier_turn(template: PromptTemplate, turn: Turn) -> list[Text]:
    # Joined texts need the space back that a tokenizer writes into an answer's first word and a reader is not shown.
    space = "" if template.control_tokens else " "
    return [
        Text(template.human, trusted=True),
        _question(template, turn.question),
        Text(template.assistant, trusted=True),
        Text(space + defuse(turn.answer, template.stop), trusted=False),
        Text(template.turn_end, trusted=True),
    ]


def _question(template: PromptTemplate, question: str) -> Text:
    folded = question.lower() if template.fold_case else question
    return Text(defuse(folded, template.stop), trusted=False)


def _media(tags: tuple[str, str], media: Sequence[NDArray[np.float32]]) -> Iterator[Segment]:
    for rows in media:
        yield Text(tags[0], trusted=True)
        yield Embeddings(rows)
        yield Text(tags[1], trusted=True)


def _joined(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Joins neighbouring texts, none of which is trusted any more, because each may hold the user's words."""
    for is_text, group in groupby(segments, lambda segment: isinstance(segment, Text)):
        if is_text:
            yield Text("".join(segment.text for segment in group if isinstance(segment, Text)), trusted=False)
        else:
            yield from group
