"""`packs import`: a pack from any language network that llama.cpp can run, and its projector.

Files from anywhere are read only by processes that they may end: one says what they are, and an engine answers a
question with them before they count as a pack.
"""

from __future__ import annotations

import subprocess
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import soundfile
from PIL import Image
from rich.console import Console
from rich.progress import Progress

from bubo_desktop.cli.talk import Stopped, talking
from bubo_desktop.data import Sampling
from bubo_desktop.errors import EngineError, PackError
from bubo_desktop.packs.catalog import find_pack
from bubo_desktop.packs.facts import Facts, Refusal, Told
from bubo_desktop.packs.installing import OnProgress, Placement, place, unfinished_pack, write_manifest
from bubo_desktop.packs.integrity import check_files
from bubo_desktop.packs.making import (
    LANGUAGE_FILE,
    PROJECTOR_FILE,
    borrowed_files,
    check_id,
    id_from,
    make_manifest,
)
from bubo_desktop.packs.manifest import Manifest, read_manifest
from bubo_desktop.paths import program_command

PATIENCE_S = 300  # to read what two files say of themselves; a slow disk holds tens of gigabytes
TRIAL_TOKENS = 2
TRIAL_SIDE_PX, TRIAL_RATE_HZ = 64, 16_000
OTHER_FILES = "Get the files again, or others."
PLAIN_WORDS = "The file's chat template is not known to this program, so questions are put as USER: ... ASSISTANT:"


def run(options: Namespace) -> int:
    """Makes a pack of `options.gguf`, `options.mmproj` and the parts of the pack `options.grounding`, if named.

    Raises:
        InputError: the id cannot be used, or the other pack has nothing to give.
        PackError: the files cannot be used.
        EngineError: the trial failed.
        StorageError: there is too little room.
        KeyboardInterrupt: the user stopped it; nothing is left.
    """
    donor_dir = find_pack(options.grounding) if options.grounding else None
    donor = _whole(donor_dir) if donor_dir else None
    facts = read_facts(options.gguf, options.mmproj)
    name = options.name or facts.name or options.gguf.stem
    pack_id = check_id(options.id or id_from(name))
    placements = [Placement(options.gguf, LANGUAGE_FILE), Placement(options.mmproj, PROJECTOR_FILE)]
    if donor and donor_dir:
        placements += [Placement(donor_dir / file.path, file.path) for file in borrowed_files(donor)]
    with unfinished_pack(pack_id) as folder:
        with _progress("copying") as on_progress:
            files = place(placements, folder, on_progress)
        write_manifest(folder, make_manifest(facts, pack_id, name, files, donor))
        _try(folder, facts)
    console = Console(highlight=False, stderr=True)
    if not facts.knows_template:
        console.print(PLAIN_WORDS, markup=False)
    console.print(f"The pack {pack_id} is installed. Ask it with --pack {pack_id}.", markup=False)
    return 0


def read_facts(language: Path, projector: Path) -> Facts:
    """Has a process of its own read what the files say. Raises `PackError` where they cannot be used."""
    for path in (language, projector):
        if not path.is_file():
            raise PackError(f"There is no file {path}.", "Check the path.")
    arguments = [str(path.resolve()) for path in (language, projector)]
    told = _run([*program_command(), "--probe", *arguments])
    try:
        answer: Told = msgspec.json.decode(told, type=Told)
    except msgspec.MsgspecError:
        message = f"{language.name} and {projector.name} cannot be read: the program that tried was ended by them."
        raise PackError(message, OTHER_FILES) from None
    if isinstance(answer, Refusal):
        raise PackError(answer.message, answer.hint)
    return answer


def _run(command: Sequence[str]) -> bytes:
    """What the command writes on its standard output; nothing where it takes too long."""
    try:
        return subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False).stdout
    except subprocess.TimeoutExpired:
        return b""


def _whole(folder: Path) -> Manifest:
    """The manifest of a pack whose files are as they should be. Raises `PackError`."""
    manifest = read_manifest(folder)
    problems = check_files(folder, manifest)
    if problems:
        raise PackError(f"The pack {manifest.id} is damaged: {problems[0]}", "Install it again.")
    return manifest


@contextmanager
def _progress(words: str) -> Iterator[OnProgress]:
    console = Console(stderr=True)
    with Progress(transient=True, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=1.0)
        yield lambda fraction: progress.update(task, completed=fraction)


def _try(folder: Path, facts: Facts) -> None:
    """Has an engine answer a question about a picture and a sound with the new pack."""
    with TemporaryDirectory() as scratch, talking(folder, cpu=True) as talk:
        picture, sound = Path(scratch) / "trial.png", Path(scratch) / "trial.wav"
        Image.new("RGB", (TRIAL_SIDE_PX, TRIAL_SIDE_PX), "grey").save(picture)
        soundfile.write(sound, np.zeros(TRIAL_RATE_HZ), TRIAL_RATE_HZ)
        images, sounds = [str(picture)] * facts.sees, [str(sound)] * facts.hears
        try:
            talk.ask("What is this?", images, sounds, sampling=Sampling(max_tokens=TRIAL_TOKENS))
        except Stopped as stopped:
            raise KeyboardInterrupt from stopped
        except EngineError as error:
            raise PackError(f"The files cannot be used as a pack: {error.message}", OTHER_FILES) from error
