"""The empty page: what one can do here, and three samples that do it at one click."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from bubo_desktop.errors import BuboError
from bubo_desktop.packs.manifest import Manifest, SelfTestCase
from bubo_desktop.state.assistant import Assistant
from bubo_desktop.state.background import Background
from bubo_desktop.ui.icon_label import IconLabel
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.sample_card import VIEW_PX, SampleCard
from bubo_desktop.ui.theme import GRID_PX, Role
from bubo_desktop.ui.thumbnails import Envelope, read_thumbnail

_OWL_PX = 64
_TEXT_PX = 480


class Welcome(QScrollArea):
    """Invites; shows the samples of the pack in use, or how to come by a pack.

    Signals:
        sample_chosen(str, list): a question, and the paths of the files it is about.
        pack_folder_requested: another pack is to be chosen.
    """

    sample_chosen = Signal(str, list)
    pack_folder_requested = Signal()

    def __init__(self, assistant: Assistant, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._background = background
        self._shown: Manifest | None = None
        self._is_filled = False
        self.cards: list[SampleCard] = []
        self._sentence = _label("welcome_sentence")
        self._notice = _label("welcome_notice")
        self._hint = _label("welcome_notice")
        self.pack_button = QPushButton()
        self._row = QHBoxLayout()
        self._arrange()
        assistant.condition_changed.connect(self._show_pack)
        self._show_pack()

    def _arrange(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.pack_button.setObjectName("quiet_button")
        self.pack_button.clicked.connect(self.pack_folder_requested)
        self._row.setSpacing(2 * GRID_PX)
        self._notice.setMaximumWidth(_TEXT_PX)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX)
        layout.setSpacing(2 * GRID_PX)
        layout.addStretch(2)
        layout.addWidget(IconLabel("owl", Role.Highlight, _OWL_PX), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._sentence)
        layout.addSpacing(GRID_PX)
        layout.addLayout(self._row)
        layout.addWidget(self._hint)
        layout.addStretch(3)
        layout.addLayout(_centred(self._notice))
        layout.addWidget(self.pack_button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.setWidget(page)

    def _show_pack(self) -> None:
        """The samples of this pack; where there is none, how to get one."""
        manifest = self._assistant.manifest
        if manifest is None:
            self._sentence.setText(self.tr("Bubo needs a pack to see and hear."))
            self._hint.setText(self.tr("A pack is a folder of files. Choose one that is on this computer."))
            self._notice.setText("")
            self.pack_button.setText(self.tr("Use a pack folder…"))
        else:
            self._sentence.setText(self.tr("What shall we look at, or listen to?"))
            self._hint.setText(self.tr("Drop a picture or sound anywhere, or paste one."))
            self._notice.setText(manifest.closed_world.notice if manifest.closed_world else "")
            self.pack_button.setText(self.tr("Use a larger pack…"))
        if manifest != self._shown:
            self._shown = manifest
            self._lay_out_cards(_one_of_each_kind(manifest.self_test) if manifest else [])
        if self._assistant.condition.state != "stopped":  # the window is painted: now libraries may be loaded
            self._fill_cards()

    def _lay_out_cards(self, cases: list[SelfTestCase]) -> None:
        while item := self._row.takeAt(0):
            if card := item.widget():
                card.hide()
                card.deleteLater()
        self.cards = [SampleCard(case, self._assistant.pack_dir) for case in cases]
        self._row.addStretch(1)
        for card in self.cards:
            card.clicked.connect(lambda _checked, card=card: self.sample_chosen.emit(card.question, card.paths))
            self._row.addWidget(card, 100)
        self._row.addStretch(1)
        self._is_filled = False

    def _fill_cards(self) -> None:
        if self._is_filled:
            return
        self._is_filled = True
        for card in self.cards:
            self._fill(card)

    def _fill(self, card: SampleCard) -> None:
        if path := card.picture_path:
            size = VIEW_PX * self.devicePixelRatioF()
            task = self._background.run(lambda: read_thumbnail(path, size), card.set_picture, _leave_empty)
            card.destroyed.connect(task.abandon)
        if sound := card.sound_path:
            task = self._background.run(lambda: _envelope(sound, card.n_bars), card.set_envelope, _leave_empty)
            card.destroyed.connect(task.abandon)


def _one_of_each_kind(cases: tuple[SelfTestCase, ...]) -> list[SelfTestCase]:
    """The first about a picture, about a sound, about both; those about neither have nothing to show."""
    first: dict[tuple[bool, bool], SelfTestCase] = {}
    for case in cases:
        first.setdefault((case.image is not None, case.sound is not None), case)
    first.pop((False, False), None)
    return list(first.values())


def _envelope(path: Path, n_bars: int) -> Envelope:
    from bubo_desktop.sounds import read_envelope

    return read_envelope(path, n_bars)


def _leave_empty(_error: BuboError) -> None:
    """A sample that cannot be read is no reason to complain before anything was asked."""


def _centred(part: QWidget) -> QHBoxLayout:
    """As wide as it may be, in the middle."""
    layout = QHBoxLayout()
    layout.addStretch(1)
    layout.addWidget(part, 100)
    layout.addStretch(1)
    return layout


def _label(name: str) -> PlainLabel:
    label = PlainLabel(name)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return label
