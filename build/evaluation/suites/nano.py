"""Nano's own world: fresh scenes and recordings, every question answered by the engine that ships.

What is not of this world is shown too and must not be recognised: photographs of a folder, or those that come with
scikit-image, and textures made by code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bubo_desktop.data import Answer
from bubo_desktop.engine.imaging import read_picture
from bubo_desktop.engine.lexicon import Lexicon
from bubo_desktop.engine.locating import Locator
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.errors import BuboError
from bubo_desktop.packs.manifest import ClosedWorld, Manifest, QueryGrounder, read_manifest, read_vocabulary
from build.errors import BuildError
from build.evaluation.average_precision import Region
from build.evaluation.calibration import Scored
from build.evaluation.photographs import find_photographs
from build.evaluation.pointing import as_region
from build.evaluation.sittings import DrawSittings, Sitting
from build.evaluation.suite import Case, Findings, Question, Slip, Suite, draw_some
from build.evaluation.suites.nano_foreign import Foreigners, RefusalMarks
from build.evaluation.suites.nano_heard import HeardMarks
from build.evaluation.suites.nano_said import SaidMarks
from build.evaluation.suites.nano_seen import SeenMarks

FindCandidates = Callable[[Path], list[Region]]
N_SITTINGS = 400
SITTINGS_A_PIECE = 4  # of a photograph
CANDIDATE_SCORE = 0.05  # average precision must see doubtful boxes too
N_CANDIDATES = 100


class Nano(Suite[Sitting]):
    """The exam.

    Args:
        n_sittings: fresh scenes.
        seed: of the scenes.
        draw: draws them.
        foreigners: what is of no drawn world.
        world: what the pack says of what it does not know.
        lexicon: all names of what the pack knows.
        find_candidates: finds the doubtful objects of a picture too.
    """

    def __init__(
        self,
        n_sittings: int,
        seed: int,
        draw: DrawSittings,
        foreigners: Foreigners,
        world: ClosedWorld,
        lexicon: Lexicon,
        find_candidates: FindCandidates,
    ) -> None:
        self._n_sittings, self._seed, self._draw = n_sittings, seed, draw
        self._foreigners, self._world, self._find_candidates = foreigners, world, find_candidates
        self.n_cases = n_sittings + foreigners.n_sittings
        self.seen, self.heard, self.said = SeenMarks(), HeardMarks(), SaidMarks(lexicon)
        self.refused = RefusalMarks()

    def cases(self) -> Iterator[Case[Sitting]]:
        """Scenes, then what is foreign."""
        with TemporaryDirectory() as folder:
            yield from map(_ask, self._draw(self._n_sittings, self._seed, Path(folder)))
            yield from map(_ask, self._foreigners.draw(Path(folder)))

    def mark(self, truth: Sitting, answers: Sequence[Answer]) -> Slip | None:
        """Marks all that was said, found and heard."""
        if truth.foreign:
            return self._mark_foreign(truth, answers[0])
        exact = self.said.mark(truth, answers)
        if truth.recording:
            self.heard.mark(truth, answers[0])
        share_wrong = 1 - sum(exact) / len(exact)
        if not truth.picture:
            return None
        candidates = self._find_candidates(truth.picture)
        share_missed = self.seen.mark(truth.seen, answers[0].images[0], candidates)
        if share_wrong + share_missed == 0:
            return None
        first = exact.index(False) if False in exact else 0
        asked, answer = truth.asked[first], answers[first]
        return Slip(
            share_wrong + share_missed, asked.text, asked.answers[0], answer.answer, truth.picture,
            tuple(Region(each.label, each.box_xyxy_px) for each in truth.seen),
            tuple(as_region(thing) for thing in answer.images[0].objects),
        )  # fmt: skip

    @property
    def scored(self) -> dict[str, Scored]:
        """All scores told so far, by what they are of, and whether that was right."""
        return {**self.seen.scored, **self.heard.scored, **self.said.scored}

    def findings(self) -> Findings:
        """All marks."""
        marks = (self.seen, self.heard, self.said, self.refused)
        return Findings(
            [figure for each in marks for figure in each.figures()],
            scored=self.scored,
            confusions={
                "questions (rows) and what is wrong with their answers": self.said.confusions(),
                "objects (rows) and what they were taken for": self.seen.confusions(),
                "verdicts on picture and sound (rows) and what was said": self.heard.verdicts.confusions(),
            },
        )

    def _mark_foreign(self, truth: Sitting, answer: Answer) -> Slip | None:
        is_refused = answer.answer == self._world.nothing_recognised
        self.refused.mark(truth.foreign, is_refused=is_refused)
        found = tuple(as_region(thing) for picture in answer.images for thing in picture.objects)
        if is_refused:
            return None
        right = self._world.nothing_recognised
        return Slip(1.0, truth.asked[0].text, right, answer.answer, truth.picture, (), found)


def open_nano(pack: Path, photographs: Path | None, n: int | None, seed: int, draw: DrawSittings) -> Nano:
    """Prepares the exam for a pack.

    Args:
        pack: its folder.
        photographs: a folder of them; None for those that come with scikit-image.
        n: sittings.
        seed: of all that is drawn.
        draw: draws sittings of the pack's world.

    Raises:
        BuildError: the pack is not one that knows a small world.
    """
    manifest, lexicon, world = _read_world(pack)
    n = n or N_SITTINGS
    shown = draw_some(find_photographs(photographs), n, seed)
    foreigners = Foreigners(shown, n // SITTINGS_A_PIECE, n, seed)
    return Nano(n, seed, draw, foreigners, world, lexicon, open_candidates(pack, manifest))


def open_validation(pack: Path, n: int, seed: int, draw: DrawSittings) -> Nano:
    """Likewise, but without what is foreign and what is not shown: for the scores of what is."""
    _, lexicon, world = _read_world(pack)
    return Nano(n, seed, draw, Foreigners((), 0, 0, seed), world, lexicon, lambda _: [])


def _read_world(pack: Path) -> tuple[Manifest, Lexicon, ClosedWorld]:
    try:
        manifest = read_manifest(pack)
        words = read_vocabulary(pack, manifest)
    except BuboError as error:
        raise BuildError(str(error)) from error
    if not manifest.closed_world or not words:
        raise BuildError(f"{pack} knows no small world of its own, which is what this suite asks about.")
    return manifest, Lexicon([word.label_en for word in words], manifest.synonyms, words), manifest.closed_world


def open_candidates(pack: Path, manifest: Manifest) -> FindCandidates:
    """The pack's locator with so low a threshold that average precision sees doubtful boxes too.

    Raises:
        BuildError: the pack's grounder is not of nano's kind.
    """
    part = manifest.parts.grounder
    if not isinstance(part, QueryGrounder):
        raise BuildError(f"{pack} has no grounder of nano's kind.")
    lenient = msgspec.structs.replace(part, score_threshold=CANDIDATE_SCORE, max_objects=N_CANDIDATES)
    locator = Locator(lenient, Shelf(pack, 1))

    def find(path: Path) -> list[Region]:
        return [Region(it.label, it.box_xyxy_px, it.score) for it in locator.locate(read_picture(path))]

    return find


def _ask(sitting: Sitting) -> Case[Sitting]:
    images = (str(sitting.picture),) if sitting.picture else ()
    sounds = (str(sitting.recording),) if sitting.recording else ()
    questions = tuple(Question(asked.text, images, sounds, asked.history) for asked in sitting.asked)
    return Case(questions, sitting)
