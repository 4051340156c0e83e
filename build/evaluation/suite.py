"""What a test set is to the examiner: questions, a way to mark the answers, and figures in the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from bubo_desktop.data import Answer, Turn
from build.evaluation.average_precision import Region
from build.evaluation.calibration import Scored
from build.evaluation.figures import Figure

Truth = TypeVar("Truth")
Kind = TypeVar("Kind")


class Asker(Protocol):
    """Whoever answers: the engine, by way of `bubo_desktop.cli.talk.Talk`."""

    def ask(
        self,
        question: str,
        images: Sequence[str] = ...,
        sounds: Sequence[str] = ...,
        history: Sequence[Turn] = ...,
    ) -> Answer:
        """The answer to a question about files. Raises `InputError` and `EngineError`."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and about which files."""

    text: str
    images: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Case(Generic[Truth]):
    """Questions that are marked together, and what the answers should be."""

    questions: tuple[Question, ...]
    truth: Truth


@dataclass(frozen=True, slots=True)
class Slip:
    """How a case went wrong: its picture, and what should have been found there (`wanted`) and was (`found`)."""

    badness: float
    asked: str
    right: str
    said: str
    picture: Path | None = None
    wanted: tuple[Region, ...] = ()
    found: tuple[Region, ...] = ()


class Findings(Struct):
    """All that a test set tells.

    Attributes:
        figures: what is measured.
        scored: by name, scores that the pack gave and whether what they were given to was right.
        confusions: by name, how often what was true (rows) was taken for what (columns).
        notes: what a reader must know, in whole sentences.
    """

    figures: list[Figure]
    scored: dict[str, Scored] = {}
    confusions: dict[str, dict[str, dict[str, int]]] = {}
    notes: tuple[str, ...] = ()


class Suite(ABC, Generic[Truth]):
    """A test set, opened, with the marks given so far."""

    n_cases: int

    @abstractmethod
    def cases(self) -> Iterator[Case[Truth]]:
        """The cases; their files last until the next one is asked for."""

    @abstractmethod
    def mark(self, truth: Truth, answers: Sequence[Answer]) -> Slip | None:
        """Marks a case's answers, one for each question; returns the slip if there is one."""

    @abstractmethod
    def findings(self) -> Findings:
        """What the marks given so far come to."""


@dataclass
class ListedSuite(Suite[Truth]):
    """A test set whose cases are all known beforehand."""

    listed: Sequence[Case[Truth]]
    n_cases: int = field(init=False)

    def __post_init__(self) -> None:
        self.n_cases = len(self.listed)

    def cases(self) -> Iterator[Case[Truth]]:
        """The cases in their order."""
        return iter(self.listed)


def draw_some(everything: Sequence[Kind], n: int | None, seed: int) -> list[Kind]:
    """`n` of all, or all of them, in their order: the same ones for the same seed."""
    if n is None or n >= len(everything):
        return list(everything)
    return [everything[index] for index in sorted(Random(seed).sample(range(len(everything)), n))]
