"""Keeps test clips out of training, and holds clips back for a test.

In the original, two tests are contaminated. VGG-SS is itself a test, and all of its 5,158 pairs are instructions.
Clotho-Detail's 3,938 clips are the 2,893 for development and the 1,045 for evaluation of Clotho's first version, so
that every clip Clotho is evaluated on has been trained on. What is more, WavCaps' part from Freesound holds sounds of
Clotho, its part from AudioSet holds clips of AudioCaps and VGG-Sound, and the pictures of LLaVA-Instruct are of the
set that RefCOCO's tests are drawn from.

Sources: BuboGPT's dataset/README.md; https://github.com/XinhaoMei/WavCaps, data/json_files/blacklist.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from build.errors import BuildError
from build.training import identities
from build.training.datasets.annotations import read_entries, read_json
from build.training.datasets.clotho import read_freesound_numbers, read_table
from build.training.samples import Samples, Selection


def leave_out(samples: Samples, tested: Collection[str]) -> Selection:
    """The samples none of whose media is tested; `n_left_out` says how many were."""
    return Selection(samples, [n for n, sample in enumerate(samples) if sample.identities.isdisjoint(tested)])


def is_held_back(identity: str, share: float) -> bool:
    """Whether what is known by this identity is kept for a test, where a data set has no split of its own.

    The answer hangs on nothing but the identity, so that training and evaluation agree without a list.

    Args:
        identity: as `build.training.identities` words it.
        share: of all identities, from 0 to 1.
    """
    return int.from_bytes(sha256(identity.encode()).digest()[:8]) < share * 2**64


def hold_back(samples: Samples, share: float) -> tuple[Selection, Selection]:
    """Samples to train on, and those to test with: a sample with one medium held back is for the test."""
    is_tested = [any(is_held_back(identity, share) for identity in sample.identities) for sample in samples]
    train = Selection(samples, [n for n, tested in enumerate(is_tested) if not tested])
    return train, Selection(samples, [n for n, tested in enumerate(is_tested) if tested])


def read_tested(lists: Sequence[tuple[str, Path]]) -> frozenset[str]:
    """The identities in lists of test clips.

    Args:
        lists: for each the name of its format (a key of `FORMATS`), and its file.

    Raises:
        BuildError: a format is unknown, or files are not as they must be: all of them are told of.
    """
    tested: set[str] = set()
    problems: list[str] = []
    for name, path in lists:
        if name not in FORMATS:
            problems.append(f"There is no list of test clips called {name}; known are {', '.join(FORMATS)}.")
            continue
        try:
            tested |= FORMATS[name](path)
        except BuildError as error:
            problems.extend(error.problems)
        except ValueError:
            problems.append(f"{path} names a clip in another way than a list called {name} does.")
    if problems:
        raise BuildError(*problems)
    return frozenset(tested)


def _read_vgg_ss(path: Path) -> frozenset[str]:
    """Source: https://www.robots.ox.ac.uk/~vgg/research/lvs/, `vggss.json`: `[{"file", "class", "bbox"}]`."""
    return frozenset(identities.of_vgg_sound(entry["file"]) for entry in read_entries(path, ("file",)))


def _read_clotho(path: Path) -> frozenset[str]:
    """A clip by its number at Freesound and by its file's name: whoever has no numbers knows it by the latter."""
    known = read_freesound_numbers(path)
    return frozenset(known.values()) | {identities.of_file("clotho", name) for name in known}


def _read_audiocaps(path: Path) -> frozenset[str]:
    """Source: https://github.com/cdjkim/audiocaps, dataset/test.csv: `audiocap_id,youtube_id,start_time,caption`."""
    return frozenset(identities.of_youtube(row["youtube_id"]) for row in read_table(path, ("youtube_id",)))


def _read_wavcaps_blacklist(path: Path) -> frozenset[str]:
    """Source: WavCaps' blacklist_exclude_*.json: `{"AudioSet": ["Y<video>.wav"], "FreeSound": ["<number>"]}`."""
    names = read_json(path, dict[str, list[str | int]])
    videos = {identities.of_youtube(str(n).removeprefix("Y").removesuffix(".wav")) for n in names.get("AudioSet", ())}
    return frozenset(videos | {identities.of_freesound(n) for n in names.get("FreeSound", ())})


def _read_coco(path: Path) -> frozenset[str]:
    """Source: https://cocodataset.org/#format-data: `{"images": [{"file_name"}]}`, of a test's pictures only."""
    return frozenset(identities.of_coco(e["file_name"]) for e in read_entries(path, ("file_name",), under="images"))


FORMATS: Mapping[str, Callable[[Path], frozenset[str]]] = {
    "vgg-ss": _read_vgg_ss,
    "clotho": _read_clotho,
    "audiocaps": _read_audiocaps,
    "wavcaps-blacklist": _read_wavcaps_blacklist,
    "coco": _read_coco,
}
