"""The published test vectors of the SAM protocol (``tests/vectors/sam``), built on specimen numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "vectors" / "sam"


@dataclass(frozen=True)
class Vector:
    """One frame of the collection."""

    name: str
    kind: str
    data: bytes
    about: dict[str, Any]


def vectors(kind: str) -> list[Vector]:
    """All frames of a kind: request, reply, base, base_fp, bad."""
    listed = json.loads((FOLDER / "vectors.json").read_text(encoding="utf-8"))
    return [
        Vector(entry["name"], entry["kind"], (FOLDER / entry["file"]).read_bytes(), entry)
        for entry in listed
        if entry["kind"] == kind
    ]


def vector(name: str) -> bytes:
    """The bytes of one frame."""
    return (FOLDER / f"{name}.bin").read_bytes()


def streams() -> list[dict[str, Any]]:
    """Frames in pieces, with what a parser must make of them."""
    loaded: list[dict[str, Any]] = json.loads((FOLDER / "streams.json").read_text(encoding="utf-8"))
    return loaded
