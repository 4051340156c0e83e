"""`ask`: one question, one answer."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

import msgspec

from bubo_desktop.cli.saving import save_annotated
from bubo_desktop.cli.talk import Stopped, talking
from bubo_desktop.data import Answer, Sampling
from bubo_desktop.errors import InputError
from bubo_desktop.packs.catalog import find_pack
from bubo_desktop.packs.manifest import read_manifest


def run(options: Namespace) -> int:
    """Answers on standard output; notes and the places of files written go to standard error.

    Raises:
        InputError, PackError, EngineError.
        KeyboardInterrupt: the user stopped it.
    """
    if options.save and not options.images:
        raise InputError("There is no picture to save.", "Give one with --image.")
    for path in (*options.images, *options.sounds):
        if not Path(path).is_file():
            raise InputError(f"There is no file {path}.")
    pack_dir = find_pack(options.pack)
    sampling = _sampling(options, read_manifest(pack_dir).sampling)
    with talking(pack_dir, cpu=options.cpu) as talk:
        try:
            answer = talk.ask(options.question, options.images, options.sounds, sampling=sampling)
        except Stopped as stopped:
            raise KeyboardInterrupt from stopped
    _print(answer, as_json=options.json)
    if options.save:
        for path in save_annotated(answer, options.save):
            print(f"Wrote {path}.", file=sys.stderr)
    return 0


def _sampling(options: Namespace, default: Sampling) -> Sampling:
    wishes = {name: getattr(options, name) for name in ("temperature", "seed", "max_tokens")}
    return msgspec.structs.replace(default, **{name: wish for name, wish in wishes.items() if wish is not None})


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        return
    print(answer.answer)
    for note in answer.notes:
        print(note, file=sys.stderr)
