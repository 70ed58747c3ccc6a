"""ZPL drawn by somebody else: zpl-renderer-js (MIT), a renderer of its own, in node.

``./test`` puts it into ``.venv/npm`` by version and hash (packaging/npm-test.txt).
"""

from __future__ import annotations

import base64
import io
import subprocess
from pathlib import Path

from PIL import Image

_ROOT = Path(__file__).resolve().parents[2]
PACKAGE = _ROOT / ".venv" / "npm" / "zpl-renderer-js"
_SCRIPT = Path(__file__).with_name("zpl_render.cjs")


class ZplError(Exception):
    """The renderer does not take it."""


def draw_zpl(zpl: bytes, width_mm: int, height_mm: int, dots_per_mm: int) -> list[Image.Image]:
    """Every label that the bytes print; 0 is black.  Raises ZplError."""
    arguments = [str(PACKAGE), str(width_mm), str(height_mm), str(dots_per_mm)]
    done = subprocess.run(
        ["node", str(_SCRIPT), *arguments], input=zpl, capture_output=True, timeout=60, check=False
    )
    if done.returncode != 0:
        raise ZplError(done.stderr.decode("utf-8", "replace")[:300])
    return [Image.open(io.BytesIO(base64.b64decode(line))).convert("L") for line in done.stdout.split()]
