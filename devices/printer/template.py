"""The label templates that the program brings: ``resources/labels/<width>x<height>.toml``."""

from __future__ import annotations

from pathlib import Path

from core.errors import ConfigError, ConfigFault
from core.label_template import BarcodeBox, Rule, Template, TextBox, parse_template

__all__ = ["DEFAULT_TEMPLATES", "BarcodeBox", "Rule", "Template", "TextBox", "load_template"]

DEFAULT_TEMPLATES = Path(__file__).resolve().parents[2] / "resources" / "labels"


def load_template(directory: Path, width_mm: int, height_mm: int) -> Template:
    """The template of that size.  Raises ConfigError WRONG_VALUE (no such size) or SYNTAX."""
    path = directory / f"{width_mm}x{height_mm}.toml"
    if not path.is_file():
        sizes = ", ".join(sorted(found.stem for found in directory.glob("*x*.toml")))
        raise ConfigError(
            ConfigFault.WRONG_VALUE, key="width_mm", value=f"{width_mm}x{height_mm}", expected=sizes
        )
    return parse_template(path.read_text(encoding="utf-8"), path.name)
