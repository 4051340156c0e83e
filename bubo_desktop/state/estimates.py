"""How long the stages of an answer take on this machine, learned from those that were watched."""

from __future__ import annotations

from typing import NamedTuple

from bubo_desktop.data import Stage
from bubo_desktop.state.settings import SettingsFile

PICTURE_STAGES: tuple[Stage, ...] = ("see", "tag", "locate", "segment")
SOUND_STAGES: tuple[Stage, ...] = ("hear",)
TEXT_STAGES: tuple[Stage, ...] = ("prefill", "generate", "link")
# Before anything is known of a pack: only the proportions matter.
FIRST_GUESS_MS: dict[Stage, float] = {
    "see": 1000, "tag": 200, "locate": 500, "segment": 500, "hear": 700, "prefill": 500, "generate": 2000, "link": 10,
}  # fmt: skip
WEIGHT_OF_THE_NEWEST = 0.3
SHORTEST_MS = 1.0


class StageProgress(NamedTuple):
    """Where a request is: its stage, how much of the whole is done (0..1, never less than before), and how many
    seconds it will still take, None where nothing was learned yet.
    """

    stage: Stage
    fraction: float
    remaining_s: float | None


class Plan(NamedTuple):
    """What a request will take: milliseconds by stage, and whether that was learned or is a first guess."""

    stages_ms: dict[Stage, float]
    is_learned: bool


class Estimates:
    """Running averages per pack and stage. `pack` is the id of the pack that answers now."""

    def __init__(self, settings_file: SettingsFile) -> None:
        self.pack = ""
        self._settings_file = settings_file
        self._stage_ms = dict(settings_file.values.stage_ms)

    def keep(self) -> None:
        """Writes what was learned into the settings: for the end of the program, because it waits for the disk."""
        self._settings_file.change(stage_ms=dict(self._stage_ms))

    def expected_ms(self, stage: Stage) -> float | None:
        """How long the stage takes with this pack, for one file where it is about files; None where not learned."""
        return self._stage_ms.get(self._key(stage))

    def plan(self, n_pictures: int, n_sounds: int, *, with_answer: bool = True) -> Plan:
        """What a request about so many files will take; without an answer, files are only encoded ahead of it.

        Where the stage that tells most was learned, others that were not are none of this pack's, or too short to
        matter.
        """
        plan: dict[Stage, float] = {}
        is_learned = True
        of_text: Stage = "generate" if with_answer else "prefill"
        kinds = ((PICTURE_STAGES, "see", n_pictures), (SOUND_STAGES, "hear", n_sounds), (TEXT_STAGES, of_text, 1))
        for stages, telling, n_files in kinds:
            if not n_files:
                continue
            known_ms = {stage: ms for stage in stages if (ms := self.expected_ms(stage)) is not None}
            if telling not in known_ms:
                is_learned = False
                known_ms = {stage: FIRST_GUESS_MS[stage] for stage in stages} | known_ms
            plan |= {stage: ms * n_files for stage, ms in known_ms.items()}
        if not with_answer:
            plan = {stage: ms for stage, ms in plan.items() if stage in {"see", "hear", "prefill"}}
        return Plan(plan, is_learned)

    def learn(self, timings_ms: dict[Stage, float], n_pictures: int, n_sounds: int) -> None:
        """Takes in how long stages took that came to their end.

        What took next to no time was remembered rather than done, and teaches nothing.
        """
        n_files = dict.fromkeys(PICTURE_STAGES, n_pictures) | dict.fromkeys(SOUND_STAGES, n_sounds)
        for stage, took_ms in timings_ms.items():
            if took_ms >= SHORTEST_MS:
                self._stage_ms[self._key(stage)] = self._averaged(stage, took_ms / max(1, n_files.get(stage, 1)))

    def _averaged(self, stage: Stage, newest_ms: float) -> float:
        known_ms = self.expected_ms(stage)
        return newest_ms if known_ms is None else known_ms + WEIGHT_OF_THE_NEWEST * (newest_ms - known_ms)

    def _key(self, stage: Stage) -> str:
        return f"{self.pack}/{stage}"
