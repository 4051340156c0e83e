"""What training learns from: questions and answers about a picture, a sound, or both, read when they are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

Kind = Literal[
    "image_caption",  # a picture in a short sentence: stage 1
    "sound_caption",  # a sound in a short sentence: stage 1
    "image_detail",  # a picture in several sentences
    "image_question",  # questions about a picture, of several turns
    "sound_detail",  # a sound in several sentences
    "localisation",  # a picture with its own sound: what is heard, and what it comes from
    "unrelated",  # a picture with a sound that has nothing to do with it
]


@dataclass(frozen=True, slots=True)
class TarMember:
    """Where a file lies in an uncompressed tar archive."""

    name: str
    offset_bytes: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A picture's or sound's encoded bytes, in a file of their own or within a tar shard.

    Args:
        path: the file, or the shard.
        identity: who this is wherever it appears, as `build.training.identities` words it: two data sets that hold
            the same clip give it the same identity.
        member: where in the shard; None for a file of its own.
    """

    path: Path
    identity: str
    member: TarMember | None = None

    @property
    def suffix(self) -> str:
        """Its file name's ending with the period, in small letters: `.flac`."""
        return PurePosixPath(self.member.name if self.member else self.path.name).suffix.lower()

    def read(self) -> bytes:
        """Its encoded bytes, as they lie on disk.

        Raises:
            OSError: the file is gone.
        """
        if self.member is None:
            return self.path.read_bytes()
        with self.path.open("rb") as shard:
            shard.seek(self.member.offset_bytes)
            return shard.read(self.member.size_bytes)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn: a question without marks for pictures or sounds, and the answer to learn."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A conversation about a picture, a sound, or both.

    Args:
        kind: what it teaches.
        exchanges: its turns, one at least. Picture and sound stand before the first question.
        image: the picture, if it has one.
        sound: the sound, if it has one.
        label: the class of what is seen or heard, where the data set gives one.
    """

    kind: Kind
    exchanges: tuple[Exchange, ...]
    image: MediaRef | None = None
    sound: MediaRef | None = None
    label: str | None = None

    @property
    def identities(self) -> frozenset[str]:
        """Of all its media: what keeps test clips out of training."""
        return frozenset(media.identity for media in (self.image, self.sound) if media)


Samples = Sequence[Sample]  # of millions only an index is in memory; a sample is read where it is asked for


class Selection(Sequence[Sample]):
    """Some samples of a sequence, in its order.

    Args:
        samples: what is chosen from.
        indices: which; the rest is left out.
    """

    def __init__(self, samples: Samples, indices: Sequence[int] | NDArray[np.int64]) -> None:
        self._samples = samples
        self._indices = np.asarray(indices, np.int64)
        self.n_left_out = len(samples) - len(self._indices)

    def __len__(self) -> int:
        return len(self._indices)

    @overload
    def __getitem__(self, index: int) -> Sample: ...

    @overload
    def __getitem__(self, index: slice) -> Selection: ...

    def __getitem__(self, index: int | slice) -> Sample | Selection:
        if isinstance(index, slice):
            return Selection(self._samples, self._indices[index])
        return self._samples[int(self._indices[index])]
