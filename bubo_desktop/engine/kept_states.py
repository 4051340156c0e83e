"""What a language network read, kept on disk: a chat that is opened again need not be read again."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from bubo_desktop.engine.batches import Marks
from bubo_desktop.engine.cancellation import Cancellation

MAX_BYTES = 2 * 1024**3  # of all states together
SPARE_BYTES = 1024**3  # left free on the disk
ABANDONED_S = 3600.0  # since an unfinished file was written to: its engine has ended
HASHED_AT_ONCE_BYTES = 1 << 24
STATE, HEADER, UNFINISHED = ".state", ".json", ".part"

_log = logging.getLogger(__name__)


class KeptState(Struct, frozen=True):
    """What is known of a state: its header on disk.

    Attributes:
        name: of its files, without their ends.
        marks: of its cells, as bytes.
        ends: the number of cells after each batch.
        sha256: of the state's file.
    """

    name: str
    marks: bytes
    ends: list[int]
    sha256: str

    def cell_marks(self) -> Marks:
        """The marks of its cells."""
        return np.frombuffer(self.marks, np.uint64)


class KeptStates:
    """A folder of states of one network; states of others are in it too, and the oldest of all make room.

    No method raises where the disk fails: what is not kept is read again.

    Args:
        folder: made, for this user alone, when something is kept.
        identity: names the network, its settings and the program that runs it; another one's states are no use.
        max_bytes: of all states in the folder.
    """

    def __init__(self, folder: Path, identity: str, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._prefix = f"{_digest(identity.encode())}-"
        self._max_bytes = max_bytes

    def best(self, n_reusable: Callable[[Marks, list[int]], int]) -> tuple[KeptState | None, int]:
        """The state that spares most, and how many cells it spares, as `n_reusable` says given its marks and ends."""
        counted = [(n_reusable(state.cell_marks(), state.ends), state) for state in self._states()]
        n, state = max(counted, key=lambda pair: pair[0], default=(0, None))
        return (state, n) if n else (None, 0)

    def take(self, state: KeptState) -> Path | None:
        """The file of a state, which counts as used now; None, and it is gone, where it is not what was written."""
        path = self._folder / f"{state.name}{STATE}"
        try:
            if _sha256(path, Cancellation()) == state.sha256:
                os.utime(path)
                return path
        except OSError:
            pass
        _log.warning("a state on disk is damaged")
        self._remove(state.name)
        return None

    def keep(
        self, marks: Marks, ends: list[int], n_bytes: int, write: Callable[[Path], None], cancellation: Cancellation
    ) -> None:
        """Keeps a state, in place of those that hold nothing more.

        Args:
            marks: of its cells.
            ends: the number of cells after each batch.
            n_bytes: its size.
            write: writes it into the file it is told, or raises `OSError`.
            cancellation: ends it; nothing of it is left then.

        Raises:
            CancelledWork: cancelling was asked for.
        """
        name = f"{self._prefix}{_digest(marks.tobytes())}"
        if n_bytes > self._max_bytes or (self._folder / f"{name}{HEADER}").exists():
            return
        outdated = [state.name for state in self._states() if marks.tobytes().startswith(state.marks)]
        try:
            self._write(name, marks, ends, n_bytes, write, cancellation)
        except OSError as error:
            _log.warning("a state could not be kept: %s", type(error).__name__)
            return
        for old in outdated:
            self._remove(old)

    def _write(
        self,
        name: str,
        marks: Marks,
        ends: list[int],
        n_bytes: int,
        write: Callable[[Path], None],
        cancellation: Cancellation,
    ) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._make_room(n_bytes)
        unfinished = self._folder / f"{name}{UNFINISHED}"
        try:
            cancellation.check()
            _create(unfinished)
            write(unfinished)
            state = KeptState(name, marks.tobytes(), ends, _sha256(unfinished, cancellation))
            unfinished.replace(self._folder / f"{name}{STATE}")
            _create(unfinished)
            unfinished.write_bytes(msgspec.json.encode(state))
            unfinished.replace(self._folder / f"{name}{HEADER}")  # from now on the state counts
        finally:
            unfinished.unlink(missing_ok=True)

    def _make_room(self, n_bytes: int) -> None:
        """Removes what was left unfinished, and the states used longest ago until there is room.

        Raises:
            OSError: the disk has none.
        """
        for path in self._folder.glob(f"*{UNFINISHED}"):
            if time.time() - path.stat().st_mtime > ABANDONED_S:
                path.unlink(missing_ok=True)
        files = sorted(self._folder.glob(f"*{STATE}"), key=lambda path: path.stat().st_mtime_ns)
        n_kept_bytes = sum(path.stat().st_size for path in files)
        while files and n_kept_bytes + n_bytes > self._max_bytes:
            n_kept_bytes -= files[0].stat().st_size
            self._remove(files.pop(0).stem)
        if shutil.disk_usage(self._folder).free < n_bytes + SPARE_BYTES:
            raise OSError("the disk is nearly full")

    def _states(self) -> Iterator[KeptState]:
        """The states of this network; whatever only looks like one is removed."""
        for path in self._folder.glob(f"{self._prefix}*{HEADER}"):
            try:
                state = msgspec.json.decode(path.read_bytes(), type=KeptState)
            except FileNotFoundError:
                continue  # another process has removed it
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
                self._remove(path.stem)
                continue
            if state.name != path.stem or len(state.marks) % np.dtype(np.uint64).itemsize:
                self._remove(path.stem)
            else:
                yield state

    def _remove(self, name: str) -> None:
        for end in (HEADER, STATE):
            with suppress(OSError):
                (self._folder / f"{name}{end}").unlink()


def _create(path: Path) -> None:
    """An empty file that only this user can read."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _sha256(path: Path, cancellation: Cancellation) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(HASHED_AT_ONCE_BYTES):
            cancellation.check()
            digest.update(piece)
    return digest.hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=10).hexdigest()
