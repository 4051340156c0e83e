"""A language's words and wordings, read from its TOML file."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec

from build.world.facts import Language

HERE = Path(__file__).parent


class Wordings(msgspec.Struct, frozen=True):
    """Ways to ask the same. Training never uses those that are `held_out`: they measure what rephrasing costs."""

    training: tuple[str, ...]
    held_out: tuple[str, ...]

    def choose(self, rng: random.Random, *, held_out: bool) -> str:
        """A random one."""
        return rng.choice(self.held_out if held_out else self.training)


class SmallTalk(Wordings, frozen=True):
    """What people say by the way, and what is answered."""

    answer: str


class Phrasebook(msgspec.Struct, frozen=True):
    """All of a language but its grammar.

    Attributes:
        answers: by name.
        small_talk, out_of_scope: what is no question about the scene.
        foreign: words that nano has never heard of; in Spanish with their article.
        openings, endings: what is put before and behind a question now and then.
        words: colours and sizes.
        numbers: from none to eight.
        directions, comparisons, orders, places: ways to say each; answers use the first.
        units: of what is counted in pairs or pieces, by label.
        questions: of each kind, from the file of questions.
    """

    answers: dict[str, str]
    small_talk: tuple[SmallTalk, ...]
    out_of_scope: Wordings
    foreign: tuple[str, ...]
    openings: tuple[str, ...]
    endings: tuple[str, ...]
    words: dict[str, str]
    numbers: tuple[str, ...]
    directions: dict[str, tuple[str, ...]]
    comparisons: dict[str, tuple[str, ...]]
    orders: dict[str, tuple[str, ...]]
    places: dict[str, tuple[str, ...]]
    units: dict[str, str] = {}
    questions: dict[str, Wordings] = {}


def read_phrasebook(language: Language) -> Phrasebook:
    """Reads a language's two files."""
    words = msgspec.toml.decode((HERE / f"{language}.toml").read_bytes(), type=Phrasebook)
    questions = msgspec.toml.decode((HERE / f"{language}_questions.toml").read_bytes(), type=dict[str, Wordings])
    return msgspec.structs.replace(words, questions=questions)
