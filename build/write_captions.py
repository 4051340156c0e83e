"""Writes long captions of sounds from their five short ones, as Clotho-Detail was made, with this project's engine.

    python -m build.write_captions --captions clotho_captions_development.csv --pack DIR --out clotho-detail.json

The captions are kept as they are written, in a file beside the result that ends in `.jsonl`: the same command goes on
where it was stopped, and tries again what failed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import track

from bubo_desktop.cli.talk import Stopped, Talk, talking
from bubo_desktop.data import Sampling
from bubo_desktop.errors import BuboError
from build.errors import BuildError
from build.training.datasets.annotations import MOST_TOLD
from build.training.datasets.clotho import CaptionedClip, read_captions

REQUEST = """Several people listened to one recording. Each wrote a sentence about it:
{captions}
Write a description of the recording from these sentences, of three to five sentences. Say what makes the sounds, how \
they sound, in which order they come, and where this may be. Say nothing that the sentences do not bear out, and do \
not speak of the people or their sentences."""
MOST_TOKENS = 196  # as long as an answer is when it is learnt (BuboGPT, second stage)

Write = Callable[[CaptionedClip], str]


class LongCaption(Struct, frozen=True):
    """An entry of Clotho-Detail: the sound's file name without ending, and its caption."""

    audio_id: str
    caption: str


class Ledger:
    """The captions written so far, one line of JSON each, in a file that only grows."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """Captions by clip. A line cut short, by a machine that stopped while writing, is passed over."""
        captions: dict[str, str] = {}
        for line in self._path.read_bytes().splitlines() if self._path.exists() else ():
            try:
                entry = msgspec.json.decode(line, type=LongCaption)
            except msgspec.DecodeError:
                continue
            captions[entry.audio_id] = entry.caption
        return captions

    def add(self, entry: LongCaption) -> None:
        """Adds a caption. The line's end comes first, so that one that was cut short spoils no other."""
        with self._path.open("ab") as file:
            file.write(b"\n" + msgspec.json.encode(entry))


def write_missing(clips: Iterable[CaptionedClip], ledger: Ledger, write: Write) -> list[str]:
    """Writes captions of clips into the ledger, and goes on after each that fails.

    Returns:
        A sentence for each that failed.
    """
    failures = []
    for clip in clips:
        try:
            ledger.add(LongCaption(Path(clip.file_name).stem, write(clip)))
        except BuboError as error:
            failures.append(f"{clip.file_name}: {error}")
    return failures


def publish(clips: Sequence[CaptionedClip], captions: Mapping[str, str], path: Path) -> None:
    """Writes Clotho-Detail's own format, in the clips' order: `{"annotations": [{"audio_id", "caption"}]}`."""
    names = [Path(clip.file_name).stem for clip in clips]
    entries = [LongCaption(name, captions[name]) for name in names if name in captions]
    path.write_bytes(msgspec.json.format(msgspec.json.encode({"annotations": entries})))


def ask_engine(talk: Talk, clip: CaptionedClip) -> str:
    """A long caption, on one line.

    Raises:
        BuboError: the engine could not answer this.
        BuildError: it will answer nothing more.
    """
    captions = "\n".join(f"- {caption}" for caption in clip.captions)
    try:
        answer = talk.ask(REQUEST.format(captions=captions), sampling=Sampling(max_tokens=MOST_TOKENS))
    except BuboError as error:
        if talk.is_possible:
            raise
        raise BuildError(f"The engine has ended and does not start again. {error}") from error
    caption = " ".join(answer.answer.split())
    if not caption:
        raise BuboError("The engine had nothing to say.")
    return caption


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the command line and writes the captions; returns the exit status: 1 if any could not be written."""
    order = _read_order(arguments)
    try:
        failures = _carry_out(order)
    except (BuildError, BuboError) as error:
        print(error, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, Stopped):
        print("Stopped. What was written is kept: the same command goes on from here.", file=sys.stderr)
        return 130
    for failure in failures[:MOST_TOLD]:
        print(failure, file=sys.stderr)
    if failures:
        print(f"{len(failures):,} captions could not be written; the same command tries again.", file=sys.stderr)
    return 1 if failures else 0


def _carry_out(order: argparse.Namespace) -> list[str]:
    clips = read_captions(order.captions)[: order.limit]
    ledger = Ledger(order.out.with_suffix(".jsonl"))
    written = ledger.read()
    missing = [clip for clip in clips if Path(clip.file_name).stem not in written]
    if not missing:
        publish(clips, written, order.out)
        return []
    with talking(order.pack) as talk:
        told = track(missing, "Writing captions", console=Console(stderr=True))
        try:
            return write_missing(told, ledger, lambda clip: ask_engine(talk, clip))
        finally:
            publish(clips, ledger.read(), order.out)


def _read_order(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m build.write_captions", description=__doc__.splitlines()[0])
    parser.add_argument("--captions", type=Path, required=True, help="Clotho's table of five captions a clip")
    parser.add_argument("--pack", type=Path, required=True, help="the folder of a pack that writes well")
    parser.add_argument("--out", type=Path, required=True, help="the file to write, ending in .json")
    parser.add_argument("--limit", type=int, help="only the table's first clips")
    order = parser.parse_args(arguments)
    if order.out.suffix != ".json" or not order.out.parent.is_dir():
        parser.error(f"{order.out} is not a name ending in .json in a folder that is there.")
    return order


if __name__ == "__main__":
    sys.exit(main())
