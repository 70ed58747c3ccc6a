"""Options of a device's table in the configuration that are whole numbers within a range."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import ConfigError, ConfigFault
from devices.rack import DeviceConfig

Ranges = Mapping[str, tuple[int, int, int]]  # name → (default, least, most)


def whole_options(config: DeviceConfig, ranges: Ranges) -> dict[str, int]:
    """The value of each, its default where the table does not say.

    Raises ConfigError WRONG_VALUE for anything that is no whole number or lies outside its range.
    """
    return {name: _whole(config, name, *limits) for name, limits in ranges.items()}


def _whole(config: DeviceConfig, name: str, default: int, least: int, most: int) -> int:
    if name not in config.options:
        return default  # which may lie outside the range: it then says "as the device wishes"
    value = config.options[name]
    if not isinstance(value, int) or not least <= value <= most:
        raise ConfigError(
            ConfigFault.WRONG_VALUE,
            key=f"devices.{config.slot.value}.{name}",
            value=value,
            expected=f"{least} to {most}",
        )
    return value
