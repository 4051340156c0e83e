"""Clotho's own tables: the five captions of each clip, and which sound of Freesound each clip is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from build.errors import BuildError
from build.training import identities
from build.training.datasets.annotations import refuse

CAPTIONS_A_CLIP = 5


@dataclass(frozen=True, slots=True)
class CaptionedClip:
    """A clip's file name and what five listeners wrote about it."""

    file_name: str
    captions: tuple[str, ...]


def read_captions(table: Path) -> list[CaptionedClip]:
    """A split's clips.

    Source: https://zenodo.org/records/4783391, `clotho_captions_<split>.csv`: `file_name`, `caption_1` ... `caption_5`.

    Raises:
        BuildError: the file is not such a table, or clips lack captions.
    """
    columns = [f"caption_{number}" for number in range(1, CAPTIONS_A_CLIP + 1)]
    rows = list(read_table(table, ("file_name", *columns)))
    refuse(
        f"{row['file_name'] or f'Row {number}'} of {table.name} has no {column}."
        for number, row in enumerate(rows, 1)
        for column in ("file_name", *columns)
        if not row[column]
    )
    return [CaptionedClip(row["file_name"], tuple(row[column] for column in columns)) for row in rows]


def read_freesound_numbers(table: Path) -> dict[str, str]:
    """File names to identities: of Freesound where the number is known, of the file otherwise.

    Source: https://zenodo.org/records/4783391, `clotho_metadata_<split>.csv`: `file_name`, `sound_id` (a few are
        "Not found").

    Raises:
        BuildError: the file is not such a table.
    """
    return {
        row["file_name"]: identities.of_freesound(row["sound_id"])
        if row["sound_id"].isdecimal()
        else identities.of_file("clotho", row["file_name"])
        for row in read_table(table, ("file_name", "sound_id"))
    }


def read_table(path: Path, columns: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """A table's rows, with these columns stripped of blanks. Clotho's tables are in UTF-8 or in Latin-1.

    Raises:
        BuildError: it is not there, or lacks columns.
    """
    try:
        contents = path.read_bytes()
    except OSError as error:
        raise BuildError(f"{path} could not be read: {error.strerror}.") from error
    try:
        text = contents.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = contents.decode("latin-1")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    refuse(f"{path} has no column {column}." for column in columns if column not in (reader.fieldnames or ()))
    for row in reader:
        yield {column: (row[column] or "").strip() for column in columns}
