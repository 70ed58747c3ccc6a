"""What a person asks for about her own data at the counter: commands and views (PIPL 44-50)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AskErasure:
    """Whoever placed her document asks that what is kept of these items of hers be deleted.

    ``items`` are the seqs of their entries, as the look-up by her document shows them.
    """

    items: tuple[int, ...]
