"""Colours, type and spacing of the window: a light and a dark theme, each of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

GRID_PX = 8
RADIUS_PX = 8
SMALL_PX = 12
LINE_HEIGHT = 1.45
STYLE_SHEET = Path(__file__).parents[1] / "resources" / "style.qss"

Role = QPalette.ColorRole


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by their job; custom painting reads them back from the widget's palette, by the role beside each."""

    window: str  # Window: behind everything
    surface: str  # Base: where one reads and writes
    raised: str  # AlternateBase: bubbles, cards, hovered rows
    border: str  # Mid
    text: str  # Text, WindowText, ButtonText
    muted: str  # PlaceholderText: what steps back
    accent: str  # Highlight, Link, Accent: one, for the action that matters
    accent_text: str  # HighlightedText: on the accent
    danger: str  # BrightText: what went wrong
    scrim: str  # Shadow: what dims a picture


LIGHT = Theme(
    window="#f4f3ef",
    surface="#fdfcfa",
    raised="#eceae4",
    border="#d9d6cd",
    text="#23221f",
    muted="#6b6860",
    accent="#2f5d8a",
    accent_text="#ffffff",
    danger="#a8321f",
    scrim="#000000",
)
DARK = Theme(
    window="#1b1c1f",
    surface="#222428",
    raised="#2c2f34",
    border="#3c4047",
    text="#e7e5e0",
    muted="#9a9a9c",
    accent="#7fb2e5",
    accent_text="#10202f",
    danger="#ff9b85",
    scrim="#000000",
)


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Gives every widget, present and future, the theme's colours and the one style sheet."""
    application.setPalette(_palette(theme))
    application.setStyleSheet(STYLE_SHEET.read_text(encoding="utf-8"))


def small(font: QFont, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """A font at the size of what steps back."""
    smaller = QFont(font)
    smaller.setPixelSize(SMALL_PX)
    smaller.setWeight(weight)
    return smaller


def prefers_dark(application: QApplication) -> bool:
    """Whether the desktop asks for dark windows."""
    return application.styleHints().colorScheme() is Qt.ColorScheme.Dark


def _palette(theme: Theme) -> QPalette:
    colours = {
        Role.Window: theme.window,
        Role.Base: theme.surface,
        Role.AlternateBase: theme.raised,
        Role.Button: theme.surface,
        Role.ToolTipBase: theme.raised,
        Role.Mid: theme.border,
        Role.Text: theme.text,
        Role.WindowText: theme.text,
        Role.ButtonText: theme.text,
        Role.ToolTipText: theme.text,
        Role.PlaceholderText: theme.muted,
        Role.Highlight: theme.accent,
        Role.Link: theme.accent,
        Role.Accent: theme.accent,
        Role.HighlightedText: theme.accent_text,
        Role.BrightText: theme.danger,
        Role.Shadow: theme.scrim,
    }
    palette = QPalette()
    for role, colour in colours.items():
        palette.setColor(role, QColor(colour))
    for role in (Role.Text, Role.WindowText, Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.muted))
    return palette
