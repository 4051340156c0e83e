"""A picture pane on real files, and exchanges for it to show."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from bubo_desktop.data import Answer, Match, PictureFindings, Tag, Thing
from bubo_desktop.geometry import encode_mask
from bubo_desktop.state.attention import Attention
from bubo_desktop.state.background import Background
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Attachment, Exchange
from bubo_desktop.state.settings import SettingsFile
from bubo_desktop.ui.viewer.fade import Fade
from bubo_desktop.ui.viewer.pane import PicturePane

WIDTH, HEIGHT = 320, 240
GREY = 150
DOG = (40, 120, 120, 220)
CAR = (200, 40, 300, 100)
BOXES = {"dog": DOG, "car": CAR}


def thing_of(number: int, label: str, box=DOG, *, score: float = 0.9, has_mask: bool = True) -> Thing:
    """An ellipse in its box."""
    x0, y0, x1, y1 = box
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    mask = ((2 * x - x0 - x1) / (x1 - x0)) ** 2 + ((2 * y - y0 - y1) / (y1 - y0)) ** 2 < 1
    return Thing(number, label, score, tuple(map(float, box)), encode_mask(mask) if has_mask else None)


def things(*, has_masks: bool = True) -> tuple[Thing, ...]:
    """A dog and a car."""
    return tuple(thing_of(number, *pair, has_mask=has_masks) for number, pair in enumerate(BOXES.items()))


def findings(objects=(), tags=()) -> PictureFindings:
    return PictureFindings("", WIDTH, HEIGHT, tuple(Tag(tag, 0.7) for tag in tags), tuple(objects))


class Stage:
    """A shown pane and what it is connected to; `close` it."""

    def __init__(self, qtbot, folder: Path) -> None:
        self._qtbot = qtbot
        self.folder = folder
        self.attention = Attention()
        self.background = Background()
        self.settings = SettingsFile(folder / "settings.json")
        self.chosen_path = ""
        self.pane = self.make_pane()

        qtbot.addWidget(self.pane)
        with qtbot.waitExposed(self.pane):
            self.pane.show()

    def make_pane(self, parent: QWidget | None = None) -> PicturePane:
        media = MediaStore(self.folder, self.background, self.background)
        connections = self.attention, media, self.background, self.settings
        pane = PicturePane(*connections, parent, choose_path=lambda _window, _name: self.chosen_path)
        pane.resize(496, 600)
        return pane

    def close(self) -> None:
        self.background.close()

    def picture(self, grey: int = GREY, name: str = "garden.png") -> Attachment:
        """A picture of one grey, among the media."""
        file = io.BytesIO()
        Image.new("RGB", (WIDTH, HEIGHT), (grey, grey, grey)).save(file, "PNG")
        sha256 = hashlib.sha256(file.getvalue()).hexdigest()
        attachment = Attachment(sha256, "picture", name, ".png", width=WIDTH, height=HEIGHT)
        (self.folder / attachment.file_name).write_bytes(file.getvalue())
        return attachment

    def exchange(self, *images: PictureFindings, status="done", sources=(), pictures=None) -> Exchange:
        """One whose answer found these."""
        attachments = pictures or tuple(self.picture(GREY + number) for number in range(max(1, len(images))))
        match = Match("related", 0.9, tuple(sources)) if sources else None
        answer = Answer(answer="", pack="nano", images=images, match=match)
        return Exchange(chat_id="chat", question="?", attachments=attachments, status=status, answer=answer)

    def show(self, exchange: Exchange) -> Exchange:
        """Shows an exchange and waits until everything about it has been drawn."""
        self.attention.show(exchange)
        self.settle()
        return exchange

    def settle(self) -> None:
        """Waits until the picture is there, and its masks, and nothing fades any more."""
        self.wait_for_masks()
        self._wait_for_fades()

    def wait_for_masks(self) -> None:
        """Waits until the picture is there, and its masks."""
        view = self.pane.view
        self._qtbot.waitUntil(lambda: view.viewport is not None)
        has_masks = any(thing.mask_rle for thing in view.scene.things)
        self._qtbot.waitUntil(lambda: bool(view.scene._masks) == has_masks)

    def at(self, x_px: float, y_px: float) -> QPoint:
        """Where a point of the picture is seen in the view."""
        return self.pane.view.viewport.to_view(QPointF(x_px, y_px)).toPoint()

    def colour(self, x_px: float, y_px: float) -> QColor:
        """What is seen of a point of the picture."""
        self._wait_for_fades()
        return self.pane.view.grab().toImage().pixelColor(self.at(x_px, y_px))

    def point_at(self, x_px: float, y_px: float) -> None:
        self._qtbot.mouseMove(self.pane.view, self.at(x_px, y_px))

    def click(self, x_px: float, y_px: float) -> None:
        self._qtbot.mouseClick(self.pane.view, Qt.MouseButton.LeftButton, pos=self.at(x_px, y_px))

    def _wait_for_fades(self) -> None:
        fades = self.pane.view.scene.findChildren(Fade)
        self._qtbot.waitUntil(lambda: all(fade.state() is Fade.State.Stopped for fade in fades))
