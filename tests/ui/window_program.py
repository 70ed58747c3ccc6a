"""A window in a process of its own, for tests with a real X server.

Standard input names views (``view half``, ``reading``); standard output tells what the window sent, one
JSON line a command, and ``shown NAME`` when a view stands.  ``quit`` ends it.
"""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import asdict, replace

from core.commands import Command
from core.devices import DeviceState, DeviceTruth, Slot
from core.view import CounterView
from ui.application import create_application
from ui.bridge import Bridge
from ui.specimens import BASE, EMPTY, VIEWS
from ui.window import MainWindow

WEDGE = replace(BASE, devices=(DeviceTruth(Slot.SCANNER, DeviceState.UNKNOWN, "", {"driver": "wedge"}),))
READING = replace(BASE, visit=replace(EMPTY, reading=True))


class Teller:
    """Writes every command down."""

    def submit(self, command: Command) -> None:
        """One line."""
        print(json.dumps({"kind": type(command).__name__, **asdict(command)}), flush=True)


def main() -> None:
    """Until ``quit`` or the end of the input."""
    application = create_application(["counter"])
    bridge, ended = Bridge(), threading.Event()
    window = MainWindow(Teller(), bridge)

    def shown(view: CounterView) -> None:
        name = next((name for name, known in VIEWS.items() if known is view), "reading")
        focused = window.focusWidget()
        if ended.is_set():
            window.close()  # the last one: the loop ends with it
        print(f"shown {name} {focused.objectName() if focused else '-'}", flush=True)

    bridge.changed.connect(shown)

    def listen() -> None:
        for line in sys.stdin:
            word = line.split()
            if word[0] == "quit":
                break
            bridge.post({"reading": READING, "wedge": WEDGE}.get(word[0]) or VIEWS[word[1]])
        ended.set()
        bridge.post(VIEWS["login"])

    threading.Thread(target=listen, name="listen", daemon=True).start()
    window.show()
    application.exec()


if __name__ == "__main__":
    main()
