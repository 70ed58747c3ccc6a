"""The bars of Code 128 (ISO/IEC 15417), for the picture of the label on the screen.

The label itself is drawn and encoded elsewhere; here only what is seen must be true to it.
"""

from __future__ import annotations

# Widths of bar, space, bar, space, bar, space for values 0 to 105; then the stop pattern with its last bar.
_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 "
    "122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 "
    "322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 "
    "112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 "
    "331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 "
    "112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 "
    "124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 "
    "411311 113141 114131 311141 411131 211412 211214 211232"
)
_STOP = "2331112"
_START_B, _START_C, _TO_B, _TO_C = 104, 105, 100, 99


def bars(text: str) -> list[int]:
    """Widths in modules, bar first, bars and spaces in turn; ``[]`` where a character has no code.

    Characters U+0020 to U+007E; pairs of digits are packed (set C) where four or more follow each other.
    """
    if not text or any(not " " <= char <= "~" for char in text):
        return []
    values = _values(text)
    check = (values[0] + sum(at * value for at, value in enumerate(values[1:], 1))) % 103
    table = _TABLE.split()
    widths = "".join(table[value] for value in [*values, check]) + _STOP
    return [int(width) for width in widths]


def _values(text: str) -> list[int]:
    packed = _digits(text) >= 4
    values = [_START_C if packed else _START_B]
    while text:
        run = _digits(text)
        if packed and run >= 2:
            values.append(int(text[:2]))
            text = text[2:]
        elif packed:
            values.append(_TO_B)
            packed = False
        elif run >= 4 and run % 2 == 0:
            values.append(_TO_C)
            packed = True
        else:
            values.append(ord(text[0]) - 32)
            text = text[1:]
    return values


def _digits(text: str) -> int:
    return next((at for at, char in enumerate(text) if not char.isdigit()), len(text))
