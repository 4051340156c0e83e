"""Pictures and sounds that were attached: copied beside the chats, so that they are there as long as these."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from PySide6.QtCore import QCoreApplication, QObject, Signal

from bubo_desktop.errors import BuboError, InputError
from bubo_desktop.media_kinds import PICTURES, SOUNDS
from bubo_desktop.state.background import Background
from bubo_desktop.state.disk import refusal
from bubo_desktop.state.media_files import forget_all_but, keep, open_plain_file
from bubo_desktop.state.records import Attachment

PASTED_SUFFIX, RECORDED_SUFFIX = ".png", ".wav"
SHORTEST_S = 0.05


class MediaStore(QObject):
    """The folder of the media. One file after the other is copied and checked in the background, in their order.

    Args:
        folder: of the copies; it is made with the first.
        background: where the work is done.

    Signals:
        added(Attachment): a file was copied, can be read, and is safe on the disk.
        refused(BuboError): a file was not; why, and what to do.
    """

    added = Signal(Attachment)
    refused = Signal(BuboError)
    _mistaken = Signal()

    def __init__(self, folder: Path, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._background = background
        self._waiting: deque[Callable[[], Attachment | None]] = deque()
        self._is_busy = False
        self._new: set[str] = set()  # names of files that no question may hold yet
        self._mistaken.connect(self._go_on)

    def add_files(self, paths: Sequence[str]) -> None:
        """Copies these; `added` or `refused` follows for each, in their order."""
        for path in paths:
            self._line_up(partial(self._add_file, Path(path)))

    def add_picture(self, make_png: Callable[[], bytes], name: str) -> None:
        """Keeps a picture that is no file yet under this name; `make_png` is called in the background."""
        self._line_up(lambda: self._add(io.BytesIO(make_png()), name, PASTED_SUFFIX))

    def add_sound(self, make_wav: Callable[[], bytes], name: str) -> None:
        """Keeps a sound that is no file yet under this name; `make_wav` is called in the background."""
        self._line_up(lambda: self._add(io.BytesIO(make_wav()), name, RECORDED_SUFFIX))

    def forget_unused(self, in_use: set[str]) -> None:
        """Removes the files that nothing refers to, except those added since the start.

        Args:
            in_use: names of files, as `History.media_counted` tells them.
        """
        self._line_up(partial(self._forget_all_but, in_use))

    def path_of(self, attachment: Attachment) -> Path:
        """Where the copy is."""
        return self._folder / attachment.file_name

    def paths_of(self, attachments: Iterable[Attachment]) -> list[str]:
        """Where the copies are, for the engine."""
        return [str(self.path_of(attachment)) for attachment in attachments]

    def waveform(self, attachment: Attachment, n_bins: int) -> list[tuple[float, float]]:
        """The lowest and highest sample, -1..1, in each of `n_bins` equal spans of a sound; for a background thread.

        Raises:
            InputError: the file is gone or damaged.
        """
        from bubo_desktop.sounds import read_envelope

        return read_envelope(self.path_of(attachment), n_bins, attachment.name)

    def _line_up(self, work: Callable[[], Attachment | None]) -> None:
        self._waiting.append(work)
        if not self._is_busy:
            self._go_on()

    def _go_on(self) -> None:
        self._is_busy = bool(self._waiting)
        if self._waiting:
            self._background.run(partial(self._work, self._waiting.popleft()), self._take_result, self._take_refusal)

    def _work(self, work: Callable[[], Attachment | None]) -> Attachment | None:
        """In a thread. Not even a mistake of the program's keeps the next in line from its turn."""
        try:
            return work()
        except BuboError:
            raise
        except Exception:
            self._mistaken.emit()
            raise

    def _take_result(self, attachment: Attachment | None) -> None:
        self._go_on()
        if attachment:
            self.added.emit(attachment)

    def _take_refusal(self, error: BuboError) -> None:
        self._go_on()
        self.refused.emit(error)

    def _add_file(self, path: Path) -> Attachment:
        from bubo_desktop.pictures import printable_name

        name, suffix = printable_name(path.name), path.suffix.lower()
        if suffix not in PICTURES | SOUNDS:
            message = QCoreApplication.translate("Media", "{name} is neither a picture nor a sound.")
            hint = QCoreApplication.translate("Media", "Choose a PNG, JPEG, WAV, FLAC or MP3 file.")
            raise InputError(message.format(name=name), hint)
        with open_plain_file(path, name) as content:
            return self._add(content, name, suffix)

    def _add(self, content: BinaryIO, name: str, suffix: str) -> Attachment:
        describe = partial(_describe_picture if suffix in PICTURES else _describe_sound, name, suffix)
        try:
            attachment = keep(self._folder, content, describe)
        except OSError as error:
            what = QCoreApplication.translate("Media", "{name} cannot be attached").format(name=name)
            raise refusal(what, error) from error
        self._new.add(attachment.file_name)
        return attachment

    def _forget_all_but(self, in_use: set[str]) -> None:
        try:
            forget_all_but(self._folder, in_use | self._new)
        except OSError as error:
            what = QCoreApplication.translate("Media", "Files of deleted chats are still there")
            raise refusal(what, error) from error


def _describe_picture(name: str, suffix: str, path: Path, sha256: str) -> Attachment:
    from bubo_desktop.pictures import read_pixels

    height, width = read_pixels(path, name).shape[:2]
    return Attachment(sha256, "picture", name, suffix, width=width, height=height)


def _describe_sound(name: str, suffix: str, path: Path, sha256: str) -> Attachment:
    from bubo_desktop.sounds import read_sound

    duration_s = read_sound(path, name).duration_s
    if duration_s < SHORTEST_S:
        message = QCoreApplication.translate("Media", "{name} is too short to hear anything in it.")
        hint = QCoreApplication.translate("Media", "It may have been cut off: save or record it again.")
        raise InputError(message.format(name=name), hint)
    return Attachment(sha256, "sound", name, suffix, duration_s=duration_s)
