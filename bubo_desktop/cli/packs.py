"""`packs`: what packs there are, and whether one is whole and does what it should."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from bubo_desktop.cli.talk import Talk, talking
from bubo_desktop.data import Answer
from bubo_desktop.errors import PackError
from bubo_desktop.packs.catalog import damaged_packs, find_pack, list_packs
from bubo_desktop.packs.integrity import check_files
from bubo_desktop.packs.manifest import SelfTestCase, read_manifest


def list_all() -> int:
    """Prints the packs on this machine."""
    console = Console(highlight=False)
    table = Table("pack", "version", "MB", "what it is", "where", box=None, padding=(0, 2, 0, 0))
    for folder, manifest in list_packs():
        size_mb = sum(file.size_bytes for file in manifest.files) / 1e6
        table.add_row(manifest.id, manifest.version, f"{size_mb:.1f}", manifest.description, str(folder))
    console.print(table)
    for folder, error in damaged_packs():
        console.print(f"{folder}: {error}", markup=False)
    return 0


def check(id_or_dir: str) -> int:
    """Compares the files of a pack with its manifest, then has it answer the questions it brings.

    Raises:
        PackError: something is not as it should be; its message is the first problem, the others are printed before.
        EngineError: the engine could not be started.
    """
    console = Console(highlight=False)
    folder = find_pack(id_or_dir)
    manifest = read_manifest(folder)
    problems = check_files(folder, manifest)
    if not problems:
        console.print(f"{len(manifest.files)} files are those of the manifest.")
        with talking(folder) as talk:
            problems = [problem for case in manifest.self_test if (problem := _try(talk, folder, case))]
        console.print(f"{len(manifest.self_test) - len(problems)} of {len(manifest.self_test)} questions are answered.")
    for problem in problems[1:]:
        console.print(problem, markup=False)
    if problems:
        raise PackError(f"The pack {manifest.id} is not as it should be: {problems[0]}", "Install it again.")
    return 0


def _try(talk: Talk, folder: Path, case: SelfTestCase) -> str:
    """Asks one question of the pack's own; returns what is wrong with the answer, or nothing."""
    images = [str(folder / case.image)] if case.image else []
    sounds = [str(folder / case.sound)] if case.sound else []
    answer = talk.ask(case.question, images, sounds)
    missing = set(case.labels) - _labels(answer)
    if missing:
        return f"{case.question!r} found no {', '.join(sorted(missing))}."
    if case.answer.lower() not in answer.answer.lower():
        return f"{case.question!r} was answered {answer.answer!r} without {case.answer!r}."
    return ""


def _labels(answer: Answer) -> set[str]:
    tags = {tag.label for picture in answer.images for tag in picture.tags}
    objects = {thing.label for picture in answer.images for thing in picture.objects}
    return tags | objects | {event.label for sound in answer.sounds for event in sound.events}
