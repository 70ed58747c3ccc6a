"""The settings of a printer's pages on the technician's page: which there are, and in which steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from core.config import DeviceConfig, Option
from core.config_edit import Value
from core.devices import Slot
from core.errors import ConfigError, DeviceError
from core.technician import PaperBench, PaperSetting
from devices.printer.form import AS_IT_IS, LABEL_OPTIONS
from devices.printer.learning import learns
from devices.printer.receipt_template import DEFAULT_RECEIPTS
from devices.printer.template import DEFAULT_TEMPLATES
from program.calibrating import page_png

SIZE = "size"
_INCH_MM = 25.4
_MOVES = ("right_dots", "down_dots")
# What each language takes of a page, in the order of the list.
_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "tspl": (*_MOVES, "density", "speed", "gap_mm"),
    "zpl": (*_MOVES, "density", "speed"),
    "escpos": _MOVES,
}


def begun(device: DeviceConfig) -> PaperBench:
    """As the configuration has it; not drawn yet."""
    sizes = _sizes(device.slot)
    size = int(device.options.get("width_mm", 0)), int(device.options.get("height_mm", 0))
    at = sizes.index(size) if size in sizes else None
    settings = [PaperSetting(SIZE, at, 0, len(sizes) - 1, at)]
    for name in _SETTINGS[device.driver] if device.slot is not Slot.RECEIPT_PRINTER else ():
        default, least, most = LABEL_OPTIONS[name]
        value = device.options.get(name, default)
        held = value if isinstance(value, int) and value != AS_IT_IS else None
        if default != AS_IT_IS and held is None:
            held = default
        settings.append(PaperSetting(name, held, least, most, held))
    dpi = device.options.get("dpi", 203)
    per_mm = dpi / _INCH_MM if isinstance(dpi, int) else 8.0
    return PaperBench(device.slot, tuple(settings), sizes, learns(device), per_mm)


def stepped(paper: PaperBench, name: str, by: int) -> PaperBench:
    """One setting moved by so many steps, within its range; speed and density have "as it is" below."""
    return replace(
        paper, settings=tuple(_step(each, by) if each.name == name else each for each in paper.settings)
    )


def _step(setting: PaperSetting, by: int) -> PaperSetting:
    optional = setting.name != SIZE and LABEL_OPTIONS[setting.name][0] == AS_IT_IS
    if setting.value is None:
        value: int | None = setting.least if by > 0 or not optional else None
    else:
        value = min(setting.most, setting.value + by)
        if value < setting.least:
            value = None if optional else setting.least
    return replace(setting, value=value)


def changes(paper: PaperBench) -> dict[str, Value]:
    """What would be written into the configuration; None takes a key out."""
    values: dict[str, Value] = {}
    for each in paper.settings:
        if each.value == each.before:
            continue
        if each.name != SIZE:
            values[each.name] = each.value
        elif each.value is not None:
            width, height = paper.sizes[each.value]
            values |= {"width_mm": width} | ({"height_mm": height} if height else {})
    return values


def drawn(paper: PaperBench, device: DeviceConfig) -> PaperBench:
    """With its page, or with the reason why it cannot be."""
    wanted = {**device.options, **changes(paper)}
    options: dict[str, Option] = {
        name: value for name, value in wanted.items() if isinstance(value, int | str)
    }
    try:
        picture = page_png(replace(device, options=options), on_paper=True)
    except (ConfigError, DeviceError) as error:
        return replace(paper, picture=b"", fault=str(error.code), facts=dict(error.facts))
    return replace(paper, picture=picture, fault="", facts={})


def _sizes(slot: Slot) -> tuple[tuple[int, int], ...]:
    """The papers that there are templates for, the smallest first."""
    if slot is Slot.RECEIPT_PRINTER:
        return tuple(sorted((int(found), 0) for found in _stems(DEFAULT_RECEIPTS, "[0-9]*.toml")))
    pairs = (stem.split("x") for stem in _stems(DEFAULT_TEMPLATES, "[0-9]*x*.toml"))
    return tuple(sorted((int(width), int(height)) for width, height in pairs))


def _stems(folder: Path, pattern: str) -> list[str]:
    return [found.stem for found in folder.glob(pattern)]
