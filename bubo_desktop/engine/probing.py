"""Reads what a language file and its projector say of themselves, in a process that a hostile file may end.

`main` is that process: it writes what it found, `Told`, as JSON on standard output.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from bubo_desktop.errors import BuboError
from bubo_desktop.isolation import confine, take_channels
from bubo_desktop.packs.facts import Facts, Refusal
from bubo_desktop.packs.manifest import ProjectorPart


def main(arguments: Sequence[str]) -> int:
    """Reads the two files of the arguments; returns the exit code, 0 where their facts were written."""
    _, answers = take_channels()
    confine()
    try:
        facts = read_facts(*map(Path, arguments))
    except BuboError as error:
        answers.write(msgspec.json.encode(Refusal(error.message, error.hint)))
        return 1
    answers.write(msgspec.json.encode(facts))
    return 0


def read_facts(language: Path, projector: Path) -> Facts:
    """Loads both files, without reading all of their weights.

    Raises:
        PackError: one is missing, damaged or of an unknown kind, or they do not belong together.
    """
    from bubo_desktop.engine.language_template import own_template, plain_template
    from bubo_desktop.engine.language_weights import Weights
    from bubo_desktop.engine.projecting import Projector

    part = ProjectorPart(projector.name, sees=False, hears=False)
    with (
        closing(Weights(language, repack=False)) as weights,
        closing(Projector(part, projector.parent, weights, n_threads=1)) as encoder,
    ):
        own = own_template(weights)
        return Facts(
            name=weights.fact("general.name"),
            licence=weights.fact("general.license"),
            quantization=weights.quantization,
            width=weights.width,
            n_ctx=weights.n_ctx,
            sees=encoder.sees,
            hears=encoder.hears,
            prompt=own or plain_template(weights),
            knows_template=own is not None,
        )
