"""The Qt application of the counter: style, type, input method.  No loop runs here."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from PySide6.QtWidgets import QApplication

from ui.theme import body_font


def create_application(argv: Sequence[str]) -> QApplication:
    """The one application object, made before any widget.  ``argv[0]`` is the program."""
    if sys.platform.startswith("linux") and os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        # fcitx5 speaks the protocol of ibus too, and the wheels of Qt bring no other input method.
        os.environ.setdefault("QT_IM_MODULE", "ibus")
    QApplication.setDesktopSettingsAware(False)
    return dress(QApplication(list(argv)))


def dress(application: QApplication) -> QApplication:
    """Style and type of the house on an application that is there already."""
    application.setApplicationName("real-name-counter")
    application.setStyle("Fusion")
    application.setFont(body_font())
    return application
