"""What the program brings keeps to the form that published templates are held against."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from core.devices import Label
from core.label_template import FIELDS, check_template, parse_template

LABELS = Path(__file__).parents[2] / "resources" / "labels"


@pytest.mark.parametrize("path", sorted(LABELS.glob("*.toml")), ids=lambda path: path.stem)
def test_our_own_templates_would_pass(path: Path) -> None:
    template = parse_template(path.read_text("utf-8"), path.name)
    check_template(template, path.name)
    assert template.version == ""
    assert f"{template.width_mm}x{template.height_mm}" == path.stem


def test_a_template_names_nothing_that_a_label_has_not() -> None:
    others = {"token", "paper"}  # its code; a form's words stand where ``manual`` does
    assert {field.name for field in dataclasses.fields(Label)} - others == FIELDS
