"""What the clipboard or a drag offers to a question: files, a picture, or neither."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage


@dataclass(frozen=True, slots=True)
class Offer:
    """Files on this machine, or a picture that is in no file. `is_remote`: only addresses of pictures elsewhere."""

    paths: tuple[str, ...] = ()
    picture: QImage | None = None
    is_remote: bool = False

    def __bool__(self) -> bool:
        return bool(self.paths or self.picture or self.is_remote)


def pasted(mime: QMimeData) -> Offer:
    """What a paste is about; empty where it is words: a spreadsheet's cells bring a picture of themselves along."""
    files = _local_files(mime)
    return Offer(files) if files or mime.hasFormat("text/plain") else Offer(picture=_picture(mime))


def dropped(mime: QMimeData) -> Offer:
    """What a drag is about. A browser's drag has an address, and with luck the picture itself."""
    files = _local_files(mime)
    if files:
        return Offer(files)
    picture = _picture(mime)
    return Offer(picture=picture, is_remote=picture is None and mime.hasUrls())


def is_welcome(mime: QMimeData) -> bool:
    """Whether `dropped` would find something; cheap, for while the drag is in the air."""
    return mime.hasUrls() or mime.hasImage()


def png_of(picture: QImage) -> bytes:
    """The picture as a PNG file; for a background thread, because a large one takes a while."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub says bytes, which Qt refuses
    return bytes(content.data())


def _local_files(mime: QMimeData) -> tuple[str, ...]:
    return tuple(url.toLocalFile() for url in mime.urls() if url.isLocalFile())


def _picture(mime: QMimeData) -> QImage | None:
    picture = mime.imageData() if mime.hasImage() else None
    return picture if isinstance(picture, QImage) and not picture.isNull() else None
