"""``python -m devices.simulators.tell DIR ORDER [ARGUMENT…]``: drive the simulated devices from a shell.

tell DIR place 证件样本            tell DIR scan XA123456785CN      tell DIR silence id_reader off
tell DIR lift                      tell DIR unplug id_reader        tell DIR paper_out on
tell DIR quirk found_again 1       tell DIR replug id_reader        tell DIR state
tell DIR paper_out on receipt_printer          tell DIR condition paper_low on receipt_printer
tell DIR scan_page label_printer   tell DIR scan_page receipt_printer 1
tell DIR weigh 1284                tell DIR unstable on             tell DIR over on
tell DIR paper                     tell DIR paper 军人              tell DIR paper 军人 torn
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from devices.simulators.control import ControlClient

# What the arguments of each order are called in its JSON line.
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "place": ("card",),
    "scan": ("code", "symbology"),
    "unplug": ("slot",),
    "replug": ("slot",),
    "silence": ("slot", "on"),
    "quirk": ("name", "value"),
    "paper_out": ("on", "slot"),
    "cover": ("on", "slot"),
    "condition": ("name", "on", "slot"),
    "scan_page": ("slot", "page"),
    "weigh": ("grams",),
    "unstable": ("on",),
    "paper": ("of", "kind"),
    "over": ("on",),
}
_SWITCH = {"on": 1, "off": 0}
_NUMBERS = frozenset({"on", "value", "grams", "page"})


def main(arguments: list[str]) -> int:
    """The exit code: 0 done, 1 refused, 2 wrong usage, 3 nobody listens."""
    if len(arguments) < 2 or len(arguments) - 2 > len(ARGUMENTS.get(arguments[1], ())):
        sys.stderr.write(__doc__ or "")
        return 2
    directory, order, *values = arguments
    facts: dict[str, object] = {}
    for key, value in zip(ARGUMENTS.get(order, ()), values, strict=False):
        facts[key] = _number(value) if key in _NUMBERS else value
    try:
        reply = ControlClient.of_directory(Path(directory)).tell(order, **facts)
    except OSError as error:
        sys.stderr.write(f"{directory}: {error.strerror or 'nobody listens'}\n")
        return 3
    sys.stdout.write(json.dumps(reply, ensure_ascii=False) + "\n")
    return 0 if reply.get("ok") else 1


def _number(value: str) -> int | str:
    """On, off or a number; anything else as it is, so that the other side names what is wrong."""
    try:
        return _SWITCH[value] if value in _SWITCH else int(value)
    except ValueError:
        return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
