"""What this machine's window remembers: language, theme, zoom, sounds, the version that was told about.

Nothing of any person; no Qt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from ui.text import LANGUAGES
from ui.whatsnew import number_of

THEME_NAMES = ("light", "dark")
ZOOM_LEAST, ZOOM_MOST, ZOOM_USUAL = 100, 200, 100  # per cent


@dataclass(frozen=True, slots=True)
class Settings:
    """``language`` is "" where nobody chose one: then the configuration's stands.  ``zoom`` in per cent.
    ``seen``: the version whose notes were shown last; "" where nobody has logged in yet.
    """

    language: str = ""
    theme: str = THEME_NAMES[0]
    zoom: int = ZOOM_USUAL
    sound: bool = True
    seen: str = ""


Keep = Callable[[Settings], None]  # returns at once


def keep_nothing(_settings: Settings) -> None:
    """For windows that nobody reopens: tests, pictures."""


def settings_value(settings: Settings) -> dict[str, object]:
    """As a JSON object."""
    return asdict(settings)


def settings_from(value: object) -> Settings:
    """From a JSON value that anybody may have edited: whatever is not right in it is as it usually is."""
    found = value if isinstance(value, dict) else {}
    usual = Settings()
    names = ("language", "theme", "zoom", "sound", "seen")
    language, theme, zoom, sound, seen = (found.get(name) for name in names)
    if not isinstance(zoom, int) or isinstance(zoom, bool) or not ZOOM_LEAST <= zoom <= ZOOM_MOST:
        zoom = usual.zoom
    return Settings(
        language if language in LANGUAGES else usual.language,
        theme if theme in THEME_NAMES else usual.theme,
        zoom,
        sound if isinstance(sound, bool) else usual.sound,
        seen if isinstance(seen, str) and number_of(seen) else usual.seen,
    )
