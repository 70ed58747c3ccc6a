"""Colours, measures and type.  State never stands on colour alone: see ``ui/marks.py``."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QPalette

UNIT = 4  # every distance is a multiple of this
RADIUS = 10
FIELD_HEIGHT = 38
BODY_PX, LABEL_PX, STRONG_PX, LARGE_PX, FIGURE_PX = 15, 13, 19, 22, 27

# Simplified Chinese forms first; HanaMin carries the rare characters that Noto lacks.
FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC",
    "WenQuanYi Micro Hei", "HanaMinA", "HanaMinB", "sans-serif",
)  # fmt: skip
MONO = ("Noto Sans Mono CJK SC", "Noto Sans Mono", "Consolas", "Menlo", "monospace")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as ``#RRGGBB``."""

    name: str
    window: str
    card: str
    border: str  # of cards; carries no meaning
    field: str
    field_border: str
    text: str
    muted: str  # captions and second lines
    accent: str  # marks, the focus ring, the chosen
    accent_soft: str
    strong: str  # filled surfaces that carry text: the bar that is ready
    on_strong: str
    header: str
    header_chip: str
    on_header: str
    idle: str  # the bar that waits
    on_idle: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    good_mark: str  # shapes
    warn_mark: str
    bad_mark: str
    quiet: str  # shapes of what is neither good nor bad
    quiet_soft: str


LIGHT = Palette(
    name="light", window="#F4F6F7", card="#FFFFFF", border="#DDE3E6", field="#FFFFFF",
    field_border="#82919A", text="#16202A", muted="#4A5A66", accent="#0F6E70", accent_soft="#E8F3F3",
    strong="#0B5759", on_strong="#FFFFFF", header="#103C3E", header_chip="#264F51", on_header="#FFFFFF",
    idle="#DCE5E8", on_idle="#24343E", good="#0B5431", good_soft="#E0F2E7", warn="#713D00",
    warn_soft="#FDF0D2", bad="#861919", bad_soft="#FCE5E3", good_mark="#1B7A4B", warn_mark="#B25200",
    bad_mark="#B3261E",    quiet="#6A7983", quiet_soft="#E4EAED",
)  # fmt: skip
DARK = Palette(
    name="dark", window="#0F1619", card="#182226", border="#2B383E", field="#111A1D",
    field_border="#71838C", text="#EAF0F2", muted="#AAB9C0", accent="#46BDB8", accent_soft="#163436",
    strong="#0B5759", on_strong="#FFFFFF", header="#0A2B2D", header_chip="#1D4244", on_header="#FFFFFF",
    idle="#243136", on_idle="#E3EBEE", good="#8FE0B2", good_soft="#143626", warn="#FFD58A",
    warn_soft="#3B2C0E", bad="#FFB9B4", bad_soft="#431C1C", good_mark="#4FBF86", warn_mark="#F0A742",
    bad_mark="#F27D75",    quiet="#8FA0A9", quiet_soft="#2A363C",
)  # fmt: skip
THEMES = (LIGHT, DARK)


@dataclass(frozen=True, slots=True)
class Pair:
    """Text on a ground, by the names of :class:`Palette`, and the least ratio it must have."""

    text: str
    ground: str
    least: float


# 7:1 for what a clerk reads to act, 4.5:1 for the rest, 3:1 for shapes and outlines (WCAG 2.2).
PAIRS = (
    *(Pair("text", ground, 7.0) for ground in ("window", "card", "field", "accent_soft", "quiet_soft")),
    *(Pair("muted", ground, 4.5) for ground in ("window", "card", "field", "accent_soft", "quiet_soft")),
    *(Pair(tone, f"{tone}_soft", 7.0) for tone in ("good", "warn", "bad")),
    *(Pair(tone, "card", 7.0) for tone in ("good", "warn", "bad")),
    *(Pair(tone, "window", 4.5) for tone in ("good", "warn", "bad")),
    Pair("on_strong", "strong", 7.0),
    Pair("on_header", "header", 7.0),
    Pair("on_header", "header_chip", 7.0),
    Pair("on_idle", "idle", 7.0),
    Pair("on_idle", "window", 7.0),
    Pair("accent", "card", 4.5),
    Pair("accent", "accent_soft", 4.5),
    Pair("field_border", "card", 3.0),
    Pair("field_border", "field", 3.0),
    *(
        Pair(shape, ground, 3.0)
        for shape in ("good_mark", "warn_mark", "bad_mark", "quiet", "accent")
        for ground in ("card", "window", "accent_soft")
    ),
)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two ``#RRGGBB`` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def theme(name: str) -> Palette:
    """The theme of that name; anything unknown is light."""
    return next((palette for palette in THEMES if palette.name == name), LIGHT)


def body_font(pixels: int = BODY_PX, *, bold: bool = False, mono: bool = False) -> QFont:
    """Type of the house, in device-independent pixels."""
    font = QFont()
    font.setFamilies(list(MONO if mono else FAMILIES))
    font.setPixelSize(pixels)
    font.setBold(bold)
    return font


def qt_palette(colours: Palette) -> QPalette:
    """What Qt's own painting uses (selection, placeholder, plain grounds)."""
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, colours.window),
        (QPalette.ColorRole.WindowText, colours.text),
        (QPalette.ColorRole.Base, colours.field),
        (QPalette.ColorRole.Text, colours.text),
        (QPalette.ColorRole.Button, colours.card),
        (QPalette.ColorRole.ButtonText, colours.text),
        (QPalette.ColorRole.PlaceholderText, colours.muted),
        (QPalette.ColorRole.Highlight, colours.strong),
        (QPalette.ColorRole.HighlightedText, colours.on_strong),
        (QPalette.ColorRole.ToolTipBase, colours.card),
        (QPalette.ColorRole.ToolTipText, colours.text),
    ):
        palette.setColor(role, QColor(colour))
    return palette
