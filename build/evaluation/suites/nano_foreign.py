"""What is not of nano's world and must not be recognised: photographs, pieces of them, and textures made by code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image

from bubo_desktop.errors import InputError
from build.evaluation.figures import Figure, mean
from build.evaluation.foreign_textures import make_foreign_texture
from build.evaluation.photographs import cut_piece
from build.evaluation.sittings import Asked, Sitting
from build.world.textures import make_texture

QUESTION = Asked("What do you see?", "foreign", "en", ("",))


class Foreigners:
    """Draws what is foreign.

    Args:
        photographs: files.
        n_pieces: of photographs, in turn.
        n_textures: half of them of kinds that backdrops are made of too, half of other kinds.
        seed: of the pieces and textures.
    """

    def __init__(self, photographs: Sequence[Path], n_pieces: int, n_textures: int, seed: int) -> None:
        self._photographs, self._seed = photographs, seed
        self._n_pieces, self._n_textures = n_pieces if photographs else 0, n_textures

    @property
    def n_sittings(self) -> int:
        """All there are."""
        return len(self._photographs) + self._n_pieces + self._n_textures

    def draw(self, folder: Path) -> Iterator[Sitting]:
        """Draws them one after another; the file of each, in `folder`, is overwritten by the next one's."""
        for path in self._photographs:
            yield show(path, "photograph")
        path = folder / "foreign.png"
        for number in range(self._n_pieces):
            with suppress(InputError):  # which was told of when the whole photograph was asked about
                photograph = self._photographs[number % len(self._photographs)]
                cut_piece(photograph, np.random.default_rng((self._seed, number))).save(path)
                yield show(path, "photograph piece")
        for number in range(self._n_textures):
            is_familiar, rng = number % 2 == 0, np.random.default_rng((self._seed, number))
            rgb = make_texture(rng) if is_familiar else make_foreign_texture(rng)
            Image.fromarray(rgb).save(path)
            yield show(path, "texture" if is_familiar else "unfamiliar texture")


class RefusalMarks:
    """Whether what is foreign was refused, by what it is."""

    def __init__(self) -> None:
        self._refused: dict[str, list[bool]] = defaultdict(list)

    def mark(self, foreign: str, *, is_refused: bool) -> None:
        """Marks a case."""
        self._refused[foreign].append(is_refused)

    def figures(self) -> list[Figure]:
        """The share of each that was not recognised."""
        return [mean(f"{kind}s not recognised", cases) for kind, cases in self._refused.items()]


def show(path: Path, foreign: str) -> Sitting:
    """A picture that is asked about as of no world."""
    return Sitting(path, None, (), (), (QUESTION,), foreign)
