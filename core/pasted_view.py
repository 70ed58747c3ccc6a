"""What the panel of one pasted text shows."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PasteRow:
    """One field of a pasted text: "name", "phone", "region" or "street".

    ``raw`` as it was written, ``fixes`` codes of what was put right, ``doubt`` a code or "".  ``named`` are
    regions of one name.  ``held``: the document's name stays.
    """

    part: str
    text: str = field(default="", repr=False)
    raw: str = field(default="", repr=False)
    fixes: tuple[str, ...] = ()
    doubt: str = ""
    named: tuple[str, ...] = field(default=(), repr=False)
    held: bool = False


@dataclass(frozen=True)
class PasteView:
    """The panel of one pasted text.  ``serial`` grows when the station itself changed ``text``.

    ``left`` became nothing, ``hidden`` counts invisible characters and mark-up, ``most`` is how long a text
    may be.
    """

    sender: bool
    text: str = field(default="", repr=False)
    serial: int = 0
    rows: tuple[PasteRow, ...] = ()
    left: tuple[str, ...] = field(default=(), repr=False)
    hidden: int = 0
    phones: int = 0
    most: int = 0
