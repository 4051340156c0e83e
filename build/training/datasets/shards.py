"""Captions in tar shards, each beside its sound or picture, indexed so that any of them is read at once."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any, overload

import msgspec
import numpy as np

from build.training.datasets.annotations import refuse
from build.training.samples import MediaRef, Sample, TarMember


@dataclass(frozen=True, slots=True)
class _Clip:
    member: TarMember
    identity: str
    caption: str


class ShardedCaptions(Sequence[Sample]):
    """The captioned media of tar shards; about 300 bytes of memory for each.

    Shards on the web have holes, and BuboGPT's training passes over them in silence: a medium without caption, or a
    caption without medium, is left out and counted in `n_left_out`.

    Source: https://github.com/webdataset/webdataset: files are together whose names agree up to the first period.

    Args:
        shards: uncompressed tar archives.
        suffixes: how a medium's name may end.
        identify: the identity of a medium from its name without endings and its JSON file.
        build: the sample of a medium and its caption.

    Raises:
        BuildError: shards are missing or broken.
    """

    def __init__(
        self,
        shards: Sequence[Path],
        suffixes: Sequence[str],
        identify: Callable[[str, Mapping[str, Any]], str],
        build: Callable[[MediaRef, str], Sample],
    ) -> None:
        self.n_left_out = 0
        self._shards, self._suffixes, self._identify, self._build = tuple(shards), suffixes, identify, build
        self._names: list[str] = []
        self._identities: list[str] = []
        self._captions: list[str] = []
        self._places = self._index()

    def __len__(self) -> int:
        return len(self._captions)

    @overload
    def __getitem__(self, index: int) -> Sample: ...

    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...

    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        shard, offset_bytes, size_bytes = self._places[index].tolist()
        member = TarMember(self._names[index], offset_bytes, size_bytes)
        return self._build(MediaRef(self._shards[shard], self._identities[index], member), self._captions[index])

    def _index(self) -> np.ndarray:
        """For each clip its shard's number, where it begins there and its size in bytes: (N, 3) int64."""
        places, problems = [], []
        for number, shard in enumerate(self._shards):
            try:
                for clip in self._clips(shard):
                    self._names.append(clip.member.name)
                    self._identities.append(clip.identity)
                    self._captions.append(clip.caption)
                    places.append((number, clip.member.offset_bytes, clip.member.size_bytes))
            except OSError as error:
                problems.append(f"{shard} could not be read: {error.strerror}.")
            except tarfile.TarError as error:
                problems.append(f"{shard} is not a whole, uncompressed tar archive: {error}.")
        refuse(problems)
        return np.array(places, np.int64).reshape(-1, 3)

    def _clips(self, shard: Path) -> Iterator[_Clip]:
        with tarfile.open(shard, "r:") as archive:
            files = (member for member in archive if member.isfile())
            for stem, together in groupby(files, lambda member: _stem(member.name)):
                clip = self._read_clip(archive, stem, {_suffix(member.name): member for member in together})
                if clip is None:
                    self.n_left_out += 1
                else:
                    yield clip

    def _read_clip(self, archive: tarfile.TarFile, stem: str, members: Mapping[str, tarfile.TarInfo]) -> _Clip | None:
        medium = next((members[suffix] for suffix in self._suffixes if suffix in members), None)
        facts = _read_facts(archive, members[".json"]) if ".json" in members else {}
        caption = facts.get("caption")
        if medium is None or not medium.size or not isinstance(caption, str) or not caption.strip():
            return None
        place = TarMember(PurePosixPath(medium.name).name, medium.offset_data, medium.size)
        return _Clip(place, self._identify(stem, facts), caption.strip())


def _read_facts(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Mapping[str, Any]:
    file = archive.extractfile(member)
    assert file, "a regular file has contents"
    try:
        return msgspec.json.decode(file.read(), type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def _stem(name: str) -> str:
    return PurePosixPath(name).name.split(".", 1)[0]


def _suffix(name: str) -> str:
    return "." + PurePosixPath(name).name.partition(".")[2].lower()
