"""Words that labels and receipts share."""

from __future__ import annotations


def weight_words(grams: int) -> str:
    """1284 → 1.284 kg."""
    kilograms, rest = divmod(grams, 1000)
    return f"{kilograms}.{rest:03d} kg"


def weight_source_words(source: str) -> str:
    """手输 for anything that did not come from the scale (快递市场管理办法 26: 如实标注)."""
    return "" if source == "scale" else "手输"


def accepted_words(at: str, paper: str) -> str:
    """When it was accepted; of a form that was entered late also its number and the time on it."""
    return f"{at}（补录，应急登记表 {paper}）" if paper else at


def copy_words(copy: int) -> str:
    """副本 n; nothing on the first print."""
    return f"副本 {copy}" if copy else ""
