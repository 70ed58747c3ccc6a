"""How a colour looks to somebody who lacks one kind of cones, and how far two colours are apart.

G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color
Vision Deficiency", IEEE TVCG 15(6), 2009: the matrices of severity 1.0, for linear RGB.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import dist
from types import MappingProxyType

Rows = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]

USUAL = "usual"
VISIONS: Mapping[str, Rows] = MappingProxyType(
    {
        USUAL: ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        "protanopia": (
            (0.152286, 1.052583, -0.204868),
            (0.114503, 0.786281, 0.099216),
            (-0.003882, -0.048116, 1.051998),
        ),
        "deuteranopia": (
            (0.367322, 0.860646, -0.227968),
            (0.280085, 0.672501, 0.047413),
            (-0.011820, 0.042940, 0.968881),
        ),
        "tritanopia": (
            (1.255528, -0.076749, -0.178779),
            (-0.078411, 0.930809, 0.147602),
            (0.004733, 0.691367, 0.303900),
        ),
    }
)
# sRGB (IEC 61966-2-1) to CIE XYZ under D65, and its white
_XYZ: Rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_WHITE = (0.9505, 1.0, 1.089)


def _linear(colour: str) -> tuple[float, ...]:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)


def _times(rows: Rows, colour: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, colour, strict=True)) for row in rows)


def seen(colour: str, vision: str) -> str:
    """``#RRGGBB`` as ``#RRGGBB`` to that vision; what the screen cannot show is cut to what it can."""
    linear = (min(1.0, max(0.0, c)) for c in _times(VISIONS[vision], _linear(colour)))
    channels = (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in linear)
    return "#" + "".join(f"{round(c * 255):02X}" for c in channels)


def _lab(colour: str) -> tuple[float, float, float]:
    def root(t: float) -> float:
        return t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29

    x, y, z = (root(c / white) for c, white in zip(_times(_XYZ, _linear(colour)), _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(first: str, second: str, vision: str = USUAL) -> float:
    """CIE 1976 ΔE between two colours to that vision: about 2 is just seen, 20 is told at a glance."""
    return dist(_lab(seen(first, vision)), _lab(seen(second, vision)))
