"""What makes a large language network answer sooner, each to be switched off where it is to be measured."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

SMALL_BYTES = 100 * 1024 * 1024  # of a GGUF: below, a prompt is read in milliseconds


class Levers(Struct, frozen=True, kw_only=True):
    """Ways to spare reading.

    Attributes:
        joined: texts, pictures and sounds are read in the same batches.
        exact: what was read before is used again only up to where reading everything anew would have ended a batch:
            an answer is then the same to the last bit, whatever was asked before it. Otherwise it is used up to the
            first difference, and sums are added up in another order.
        ahead: a question is read while it is being typed, not only its pictures and sounds; `exact` forbids it.
        kept: what was read is kept on disk.
    """

    joined: bool
    exact: bool
    ahead: bool
    kept: bool


SMALL = Levers(joined=False, exact=True, ahead=False, kept=False)
LARGE = Levers(joined=True, exact=False, ahead=True, kept=True)


def default_levers(path: Path) -> Levers:
    """For a small network whatever makes no difference to its answers; for a large one, whatever is fast."""
    return SMALL if path.is_file() and path.stat().st_size < SMALL_BYTES else LARGE
