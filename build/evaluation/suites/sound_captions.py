"""AudioCaps and Clotho: what is heard, in a sentence, against what people wrote. CIDEr-D and METEOR.

AudioCaps: a folder with `test.csv` and the recordings, each under its video's id, with or without the second it begins
at. Clotho: a folder with `clotho_captions_evaluation.csv` and the recordings under the names that stand in it.

Sources: Kim et al., "AudioCaps" (NAACL 2019), cdjkim/audiocaps; Drossos et al., "Clotho" (ICASSP 2020).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bubo_desktop.data import Answer
from build.errors import BuildError
from build.evaluation.captions import METEOR_NOTE, score_cider, score_meteor
from build.evaluation.figures import mean
from build.evaluation.files import find_file, index_files
from build.evaluation.suite import Case, Findings, ListedSuite, Question, Slip, draw_some
from build.training.datasets.clotho import read_captions, read_table

QUESTION = "Describe the sound in one sentence."
SOUND_ENDINGS = (".wav", ".flac", ".ogg", ".mp3")
CONTAMINATED = "The public BuboGPT weights were trained on Clotho's evaluation clips: of them this tells nothing."
NO_OTHERS = "SPICE, SPIDEr and FENSE need Java or pretrained weights and are not measured."


@dataclass(frozen=True, slots=True)
class Described:
    """A recording, and how people described it."""

    recording: Path
    captions: tuple[str, ...]


@dataclass
class SoundCaptions(ListedSuite[Described]):
    """The opened test set."""

    notes: tuple[str, ...]
    said: list[str] = field(default_factory=list)
    wanted: list[tuple[str, ...]] = field(default_factory=list)

    def mark(self, truth: Described, answers: Sequence[Answer]) -> Slip | None:
        """Notes what was said; how good that is depends on how rare its words are in the whole test."""
        [answer] = answers
        self.said.append(answer.answer)
        self.wanted.append(truth.captions)
        badness = 1 - score_meteor(answer.answer, truth.captions)
        return Slip(badness, truth.recording.name, truth.captions[0], answer.answer)

    def findings(self) -> Findings:
        """Means over the recordings."""
        meteors = [score_meteor(*pair) for pair in zip(self.said, self.wanted, strict=True)]
        figures = [mean("CIDEr-D", score_cider(self.said, self.wanted)), mean("METEOR, without synonyms", meteors)]
        return Findings(figures, notes=(METEOR_NOTE, NO_OTHERS, *self.notes))


def open_audiocaps(folder: Path, n: int | None, seed: int) -> SoundCaptions:
    """Reads the test split; videos vanish from the web, so clips without a recording are left out and counted.

    Raises:
        BuildError: the table is missing or not in its format, or no recording is there.
    """
    table = find_file(folder, "test.csv", "audiocaps_test.csv")
    captions: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in read_table(table, ("youtube_id", "start_time", "caption")):
        video = row["youtube_id"]
        captions[video, f"Y{video}", f"{video}_{row['start_time']}"].append(row["caption"])
    return _open(folder, captions, n, seed, ())


def open_clotho(folder: Path, n: int | None, seed: int) -> SoundCaptions:
    """Reads the evaluation split.

    Raises:
        BuildError: the table is missing or not in its format, or no recording is there.
    """
    clips = read_captions(find_file(folder, "clotho_captions_evaluation.csv"))
    captions: dict[tuple[str, ...], tuple[str, ...]] = {(Path(c.file_name).stem,): c.captions for c in clips}
    return _open(folder, captions, n, seed, (CONTAMINATED,))


def _open(
    folder: Path,
    captions: Mapping[tuple[str, ...], Sequence[str]],
    n: int | None,
    seed: int,
    notes: tuple[str, ...],
) -> SoundCaptions:
    """Recordings and captions by the names that a recording may have."""
    present = index_files(folder, SOUND_ENDINGS)
    found = {next((present[name] for name in names if name in present), None): each for names, each in captions.items()}
    described = [Described(path, tuple(each)) for path, each in found.items() if path]
    if not described:
        raise BuildError(f"{folder} holds none of the {len(captions):,} recordings.")
    if len(described) < len(captions):
        notes += (f"{len(captions) - len(described):,} of {len(captions):,} recordings are not there.",)
    chosen = draw_some(described, n, seed)
    return SoundCaptions([Case((Question(QUESTION, sounds=(str(each.recording),)),), each) for each in chosen], notes)
