"""``main.py`` without a command: opens the window; in demonstration mode with everything around it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from program.places import config_path, default_data


def run(options: argparse.Namespace) -> int:
    """The terminal, the demonstration, or the screenshots."""
    if options.screenshots is not None:
        return screenshots(options.screenshots)
    # Chinese input: the wheels hold only ibus' module, and fcitx speaks its protocol too.
    os.environ.setdefault("QT_IM_MODULE", "ibus")
    data = options.data or default_data(demonstration=options.demonstration)
    if options.demonstration or options.simulate:
        from program.demonstration import Demonstration

        whole = options.demonstration
        with Demonstration(
            data, options.config, whole=whole, relayed=whole, cards=True, papers=True
        ) as demonstration:
            from program.window import open_window

            demonstration.give_way()
            return open_window(
                demonstration.data, demonstration.config_path, options.lang, demonstration=demonstration
            )
    from program.first_steps import CONFIG_NAME, wanted
    from program.window import open_window

    if wanted(data):
        return open_window(data, options.config or data / CONFIG_NAME, options.lang, first_run=True)
    return open_window(data, options.config or config_path(data), options.lang)


def screenshots(directory: Path) -> int:
    """One picture of every screen and state, without a display."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from devices.simulators.drawer import load_drawer
    from ui.bench.pictures import render_bench
    from ui.bench.window import Visitor
    from ui.screenshots import render_all

    render_all(directory)
    render_bench(directory, [Visitor(**visitor.listed()) for visitor in load_drawer().values()])
    return 0
